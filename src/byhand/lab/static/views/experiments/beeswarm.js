// Where dots on one axis lie so that they do not cover each other.

export const MIDDLE = 20; // pixels from a row's top
const APART = 7; // of stacked dots
const WIDE = 0.028; // of the axis: how near two dots touch on the narrowest chart
const MOST_STACKED = 5;

/** Places of dots: [share along the axis, pixels below the row's top] each. */
export function beeswarm(shares) {
  const placed = [];
  return shares.map((share) => {
    const near = placed.filter((other) => Math.abs(other - share) < WIDE).length % MOST_STACKED;
    placed.push(share);
    return [share, MIDDLE + (near % 2 ? -1 : 1) * Math.ceil(near / 2) * APART];
  });
}
