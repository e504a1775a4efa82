import fc from "fast-check";

/** Search spaces as they cross the wire, with nested choices: what property tests of this folder draw from. */
const number = fc.integer({ min: -20, max: 20 });
const positive = fc.integer({ min: 1, max: 20 }).map((tenths) => tenths / 10);

const uniform = fc
  .tuple(fc.constantFrom("uniform", "loguniform"), number, fc.nat(10))
  .map(([name, low, width]) => [name, [low, low + width]] as const);
const quantized = fc
  .tuple(fc.constantFrom("quniform", "qloguniform"), number, fc.nat(10), positive)
  .map(([name, low, width, q]) => [name, [low, low + width, q]] as const);
const normal = fc
  .tuple(fc.constantFrom("normal", "lognormal"), fc.integer({ min: -3, max: 3 }), fc.nat(3))
  .map(([name, mean, deviation]) => [name, [mean, deviation]] as const);
const quantizedNormal = fc
  .tuple(fc.constantFrom("qnormal", "qlognormal"), fc.integer({ min: -3, max: 3 }), fc.nat(3), positive)
  .map(([name, mean, deviation, q]) => [name, [mean, deviation, q]] as const);
const integer = fc.integer({ min: 1, max: 9 }).map((upper) => ["randint", [upper]] as const);
const scalar = fc.oneof(fc.string(), fc.integer(), fc.boolean());
const continuous = fc.oneof(uniform, quantized, normal, quantizedNormal, integer);
const name = fc.stringMatching(/^[a-z][a-z0-9_]{0,5}$/);
/** Members differ in name from option to option, as those of real spaces do. */
const group = (index: number) =>
  fc.dictionary(name, fc.oneof(continuous, scalar), { minKeys: 1, maxKeys: 3 }).map((members) => {
    return Object.fromEntries(Object.entries(members).map(([key, value]) => [`g${index}_${key}`, value]));
  });
const choice = fc
  .tuple(fc.uniqueArray(scalar, { minLength: 1, maxLength: 4 }), fc.option(group(1)), fc.option(group(2)))
  .map(([scalars, ...groups]) => ["choice", [[...scalars, ...groups.filter((one) => one !== null)]]] as const);

export const wireSpaces = fc.dictionary(name, fc.oneof(continuous, choice), { minKeys: 1, maxKeys: 5 });
export const finiteWireSpaces = fc.dictionary(name, fc.oneof(integer, choice.filter(isFlat)), {
  minKeys: 1,
  maxKeys: 4,
});
export const units = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

function isFlat(expression: readonly [string, readonly (readonly unknown[])[]]): boolean {
  return (expression[1][0] ?? []).every((value) => typeof value !== "object");
}
