/** The figures that a benchmark leaves behind in a JSON file. */
import { writeFile } from 'node:fs/promises';

export async function writeJson(file: string | undefined, figures: unknown): Promise<void> {
  if (file !== undefined) await writeFile(file, `${JSON.stringify(figures, null, 2)}\n`);
}
