// What the page's parts hand one another, for the type checker. Nothing of it runs.

/** @import { Stroke } from "./strokes.js" */

/** @typedef {{kind: string, step?: number, label?: number, from?: number}} Ablation what a training leaves out */

/**
 * The page's state: the value of every setting.
 * @typedef {object} State
 * @property {string} view
 * @property {string} model which network the views show
 * @property {Uint8Array | null} picture 784 or 64 bytes that are drawn or loaded; null: an empty sheet
 * @property {Stroke[]} strokes of the drawing
 * @property {Uint8Array | null} under the picture that lies under the strokes
 * @property {number} digit the test picture that is loaded; −1: drawn by hand
 * @property {string} pen
 * @property {number} against "why rather than": a class, −1 asks for nothing, RUNNER_UP
 * @property {number} label the class to learn; −1: what the picture is, or what the network predicts
 * @property {number} unit
 * @property {number} layer
 * @property {number} phase of Network; −1: the answer
 * @property {string} data
 * @property {number[]} hidden widths
 * @property {string} activation
 * @property {string} loss
 * @property {string} optimizer
 * @property {number} momentum
 * @property {number} learningRate
 * @property {string} schedule
 * @property {number} warmUp
 * @property {number} batchSize
 * @property {number} epochs
 * @property {string} initializer
 * @property {number} dropout
 * @property {boolean} batchNorm
 * @property {boolean} residual
 * @property {number} labelSmoothing
 * @property {string} preparation
 * @property {boolean} shuffle
 * @property {number} seed
 * @property {number} moment a step of the training; −1: now
 * @property {number} kept another, to compare; −1: none
 * @property {Ablation[]} without
 * @property {string} of what the microscope looks at: "digit" or "plane"
 * @property {number} point
 * @property {string} cell of the microscope, as in z1.0.0
 * @property {number} stepRate
 * @property {boolean} blanks of the microscope: what is computed is hidden
 * @property {string} confusion the chosen cell of the confusion matrix: class.prediction
 * @property {string} set of the plane, as all that follow
 * @property {number[][] | null} points [x, y, class]
 * @property {string[]} classNames of points from a file
 * @property {[name: string, mean: number, deviation: number][]} columns the same
 * @property {boolean} holdOut a fifth of the points of one's own
 * @property {number} noise
 * @property {number} arms
 * @property {number} spread0
 * @property {number} spread1
 * @property {[units: number, activation: string][]} planeLayers
 * @property {string} planeOptimizer
 * @property {number} planeRate
 * @property {number} planeBatch
 * @property {string} planeInit
 * @property {number} planeSeed
 * @property {string} planeSpeed
 * @property {boolean} compare
 * @property {string} experiment an id of experiments.json
 * @property {number} seeds
 * @property {string} lesson an id of lessons.json and a step, as in why.2
 * @property {string} embed the view, in a frame of another page
 * @property {string[]} show which of its parts are shown
 * @property {boolean} projector
 * @property {string} theme
 * @property {string} colours
 */

/**
 * @typedef {object} Known which networks and which data set a page has
 * @property {{name: string, imageShape: number[]} | null} data
 * @property {Record<string, {imageShape?: number[] | null} | null | undefined>} models by name
 */

/**
 * @typedef {object} Hello what a server says of itself
 * @property {{image_shape: number[]} | null} data
 * @property {string | null} model
 * @property {boolean} live
 * @property {string} [class] the address for a class
 */

/**
 * @typedef {object} Wish a frame that a view wants
 * @property {string} name of the request, as in worker.js
 * @property {any} request its values
 * @property {any} [stamp] what else makes it another one
 * @property {number} [after] milliseconds that it may wait
 */

/**
 * @typedef {object} Client the door to the worker
 * @property {(name: string, request?: object) => Promise<any>} request
 * @property {(name: string) => number} countRequests
 */

/**
 * @typedef {object} App what a view may use of the page
 * @property {Client} client
 * @property {Record<string, any>} frames the newest of each kind
 * @property {Record<string, any>} models the networks to choose from, by name
 * @property {any} data the data set that is open
 * @property {Hello | null} hello
 * @property {(view: string) => boolean} has is this view in the page? An exported page has some of them
 * @property {(changes: object) => void} set change the state
 * @property {() => void} refresh
 * @property {(sentence?: string) => void} showError
 * @property {(name: string, files?: File[]) => Promise<boolean>} openData
 * @property {(files: File[]) => Promise<void>} openFiles
 * @property {(id: string) => void} beginLesson
 * @property {any} [plane] what outlives the view Plane
 * @property {any} [filledIn] which blanks of the microscope are filled in
 * @property {string | null} [trainedWith] the settings of the training that is shown
 */

/**
 * @typedef {object} View
 * @property {Element} element
 * @property {(state: any, frames: Record<string, any>) => Record<string, Wish | null | undefined>} wants
 * @property {(state: any, frames: Record<string, any>) => void} show
 * @property {(isForGood: boolean) => void} [leave]
 */

export {};
