/** Numbers as a report writes them. By hand, since toLocaleString follows the ICU of whoever runs it. */

/** 1234567 → 1,234,567. */
export function countText(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** With a true minus sign; – where there is no number. */
export function fixed(value: number, digits: number): string {
  return Number.isFinite(value) ? withMinus(value.toFixed(digits)) : '–';
}

/** The same with its sign, + too. */
export function signed(value: number, digits: number): string {
  const text = fixed(value, digits);
  return value > 0 && Number(value.toFixed(digits)) > 0 ? `+${text}` : text;
}

function withMinus(text: string): string {
  const isZero = Number(text) === 0; // no −0.00
  return isZero ? text.replace('-', '') : text.replace('-', '−');
}

/** Decimals for numbers of stars, so that a hundredth of what lies between 1 and 5 is seen, and of 0 and 100 no more than that. */
export function digitsFor([lowest, highest]: readonly [number, number]): number {
  return Math.min(8, Math.max(0, 2 - Math.round(Math.log10((highest - lowest) / 4))));
}
