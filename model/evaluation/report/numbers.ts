/**
 * Formats the numbers of a report. It does not use toLocaleString, whose output depends on the ICU version of the
 * machine.
 */

/** 1234567 → 1,234,567. */
export function countText(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** A number with `digits` decimals and the minus sign −. NaN and the infinities become –. */
export function fixed(value: number, digits: number): string {
  return Number.isFinite(value) ? withMinus(value.toFixed(digits)) : '–';
}

/** `fixed` with a + before positive numbers. A number that rounds to 0 has no sign. */
export function signed(value: number, digits: number): string {
  const text = fixed(value, digits);
  return value > 0 && Number(value.toFixed(digits)) > 0 ? `+${text}` : text;
}

function withMinus(text: string): string {
  const isZero = Number(text) === 0; // no −0.00
  return isZero ? text.replace('-', '') : text.replace('-', '−');
}

/** Decimals for numbers of stars: 2 for a range from 1 to 5, fewer for wider ranges, more for narrower ones; 0 to 8. */
export function digitsFor([lowest, highest]: readonly [number, number]): number {
  return Math.min(8, Math.max(0, 2 - Math.round(Math.log10((highest - lowest) / 4))));
}
