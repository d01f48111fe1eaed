// What an exported page's worker has not, for no view there asks for it: training, tables, experiments.

export class ExperimentRunner {}
export class PlaneAnswers {
  answers = {};
  plane = null;
}
export class Training {}
export const diagnose = null;
export const loadThreadedCore = null;
export const planeModel = null;
export const tableFrom = null;
