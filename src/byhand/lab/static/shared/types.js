// What the page's parts hand one another, for the type checker. Nothing of it runs.

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
