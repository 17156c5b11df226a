/** The memory of a training, in the addon of LightGBM, because only training needs it. */
import { boosterAddon } from './booster.ts';

/**
 * From now on, the process gives each freed block of 256 KiB or more back to the system. By default glibc keeps freed
 * blocks of up to 32 MiB, and a large training frees many. Does nothing with another C library.
 */
export function returnFreedBlocks(): void {
  boosterAddon().returnFreedBlocks();
}
