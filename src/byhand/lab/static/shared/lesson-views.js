// Which lessons a page can offer: those whose views are all in it.

/**
 * @typedef {object} Lesson
 * @property {{state?: {view?: string}, do?: {set?: {view?: string}}[]}[]} steps
 */

/** The views that a lesson leads to. @type {(lesson: Lesson) => string[]} */
const viewsOf = ({ steps }) =>
  steps
    .flatMap(({ state, do: actions = [] }) => [state, ...actions.map(({ set }) => set)])
    .flatMap((settings) => settings?.view ?? []);

/**
 * The table of lessons with those only whose views the page has.
 * @template {{lessons: Lesson[]}} Table
 * @param {Table} table
 * @param {(view: string) => boolean} has
 */
export const offeredLessons = (table, has) => ({
  ...table,
  lessons: table.lessons.filter((lesson) => viewsOf(lesson).every(has)),
});
