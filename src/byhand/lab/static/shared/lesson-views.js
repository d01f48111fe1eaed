// Which lessons a page can offer: those whose views are all in it.

/** The views that a lesson leads to. @returns {string[]} */
const viewsOf = ({ steps }) =>
  steps
    .flatMap(({ state, do: actions = [] }) => [state, ...actions.map(({ set }) => set)])
    .flatMap((settings) => settings?.view ?? []);

/** The table of lessons with those only whose views the page has. */
export const offeredLessons = (table, has) => ({
  ...table,
  lessons: table.lessons.filter((lesson) => viewsOf(lesson).every(has)),
});
