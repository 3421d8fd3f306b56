const float = new Float64Array(1);
const word = new BigUint64Array(float.buffer);

/**
 * The 16 bits of the IEEE 754 half-precision number next to `value`; of two that are equally near, the even one.
 * Beyond 65,504 that is infinity. Node has no `Float16Array` before version 24.
 */
export function toFloat16Bits(value: number): number {
  float[0] = value;
  const sign = Number((word[0] ?? 0n) >> 63n) << 15;
  const size = Math.abs(value);
  if (Number.isNaN(size)) return 0x7e00;
  // Half way from the largest finite number to the next that there would be.
  if (size >= 65_520) return sign | 0x7c00;
  // Below 2^-14 the distance of neighbors stays at 2^-24: the bits are their count.
  if (size < 2 ** -14) return sign | roundHalfToEven(size * 2 ** 24);
  const exponent = exponentOf(size);
  // A fraction that is rounded up to 2^10 carries over into the exponent, which is just right.
  return sign | (((exponent + 15) << 10) + roundHalfToEven((size / 2 ** exponent - 1) * 1024));
}

/** Of a number that is at least 2^-14 and below 2^16. */
function exponentOf(size: number): number {
  let exponent = -14;
  while (size >= 2 ** (exponent + 1)) exponent += 1;
  return exponent;
}

function roundHalfToEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest === 0.5) return floor % 2 === 0 ? floor : floor + 1;
  return Math.round(value);
}
