// How the page opens: a room stays hidden until its first answers are there (stylesheets/opening.css).

const LONGEST_MS = 3000; // that it stays hidden
const LOOK_MS = 16; // between two looks
const LOOKS = 3; // in a row at which nothing was open: one answer may lead to the next request

/** Wait until everything is answered that a room wished for at first, for some seconds at most. */
export async function waitForFirstAnswers(isIdle) {
  const ends = performance.now() + LONGEST_MS;
  for (let n = 0; n < LOOKS && performance.now() < ends; n = isIdle() ? n + 1 : 0)
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
}
