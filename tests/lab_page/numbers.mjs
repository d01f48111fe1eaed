// The page's number formatter: three significant digits at least, 0 only for 0, a proof never rounded up.
import assert from "node:assert/strict";

const { general, logTicks, number, percent, roundDown, ticks } = await import(
  new URL("../../src/byhand/lab/static/shared/numbers.js", import.meta.url)
);
const read = (text) => Number(text.replaceAll("−", "-").replaceAll(",", ""));

for (const [given, wanted] of [
  [[0, 2], "0.00"],
  [[-0, 2], "0.00"],
  [[0.006, 2], "0.00600"],
  [[-0.00595, 2], "−0.00595"],
  [[12.3456], "12.346"],
  [[0.5, 2], "0.500"],
  [[1.5, 2], "1.50"],
  [[93.249, 1], "93.2"],
  [[1.234e-7], "1.23e−7"],
  [[-1.16e34], "−1.16e+34"],
  [[0.00012345], "0.000123"],
])
  assert.equal(number(...given), wanted);
assert.equal(percent(0.99), "99.0\u00a0%");
assert.equal(percent(0.053), "5.30\u00a0%");
assert.equal(percent(0.00012), "0.0120\u00a0%");
assert.equal(general(-1e-5), "−1e−05");

for (let power = -12; power < 12; power++)
  for (const mantissa of [1, 1.005, 2.5, 9.994, 9.996])
    for (const sign of [1, -1]) {
      const value = sign * mantissa * 10 ** power;
      for (let digits = 0; digits < 6; digits++)
        assert.ok(Math.abs(read(number(value, digits)) / value - 1) <= 0.00501, `${value} as ${number(value, digits)}`);
      if (sign > 0)
        for (let digits = 1; digits < 6; digits++)
          assert.ok(
            read(roundDown(value, digits)) <= value &&
              read(roundDown(value, digits)) > value * (1 - 1.01 * 10 ** (1 - digits)),
            `${value} proved as ${roundDown(value, digits)}`,
          );
    }
assert.equal(roundDown(4.679), "4.67");
assert.equal(roundDown(0), "0.000");

assert.deepEqual(ticks([0, 0.0002, 0.0004], 0.0002), ["0.0000", "0.0002", "0.0004"]);
assert.deepEqual(ticks([0, 2.5, 5], 2.5), ["0.0", "2.5", "5.0"]);
assert.deepEqual(ticks([-1000, 0, 1000], 1000), ["−1,000", "0", "1,000"]);
assert.deepEqual(ticks([0, 2e-6], 2e-6), ["0", "2e−06"]);

for (let low = 1e-6; low < 1e4; low *= 1.07)
  for (const ratio of [2.52, 4, 9, 70, 130, 1e5, 3e5, 1e7, 1e11]) {
    const found = logTicks(low, ratio * low);
    assert.ok(found.length >= 3 && found.length <= 9, `${low} to ${ratio * low}: ${found}`);
    assert.ok(found.every((value, i) => value >= low && value <= ratio * low && !(value <= found[i - 1])));
  }
assert.deepEqual(logTicks(0.9, 60), [1, 2, 5, 10, 20, 50]);
assert.deepEqual(logTicks(1.45, 3.65), [1.5, 2, 2.5, 3]);
