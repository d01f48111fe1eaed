// The charts for the type checker: uPlot itself is not checked.
declare const uPlot: any;
export default uPlot;
