// The types of the frames that Python and the worker send, for the type checker. Written by
// tools/make_messages.py from frames.json; nothing of it runs.

/**
 * @typedef {object} PictureMessage
 * @property {number} schema
 * @property {"picture"} kind
 * @property {Uint8Array | null} stored
 */

/**
 * @typedef {object} DigitMessage
 * @property {number} schema
 * @property {"digit"} kind
 * @property {string} data
 * @property {number} index
 * @property {number} label
 * @property {Uint8Array} stored
 */

/**
 * @typedef {object} PredictionMessage
 * @property {number} schema
 * @property {"prediction"} kind
 * @property {Uint8Array} stored
 * @property {ArrayLike<number>} logits
 * @property {string} output
 * @property {ArrayLike<number>} scores
 * @property {number} winner
 * @property {number} second
 */

/**
 * @typedef {object} AttributionMessage
 * @property {number} schema
 * @property {"attribution"} kind
 * @property {number} toward
 * @property {number} against
 * @property {ArrayLike<number> | null} attributions
 * @property {number | null} positive
 * @property {number | null} negative
 * @property {number | null} biasTerm
 * @property {number | null} total
 * @property {ArrayLike<number> | null} logits
 */

/**
 * @typedef {object} RobustnessMessage
 * @property {number} schema
 * @property {"robustness"} kind
 * @property {number | null} radius
 * @property {any | null} flip
 */

/**
 * @typedef {object} InfluenceMessage
 * @property {number} schema
 * @property {"influence"} kind
 * @property {string} data
 * @property {number} n
 * @property {number} label
 * @property {any[]} supporters
 * @property {any[]} opponents
 */

/**
 * @typedef {object} StepMessage
 * @property {number} schema
 * @property {"step"} kind
 * @property {number} label
 * @property {number} rate
 * @property {number} loss
 * @property {number} lossAfter
 * @property {string} lossName
 * @property {number} labelSmoothing
 * @property {ArrayLike<number>} target
 * @property {ArrayLike<number>} terms
 * @property {any} arrays
 * @property {any[]} phases
 * @property {any | null} from
 * @property {any[]} layers
 */

/**
 * @typedef {object} CellMessage
 * @property {number} schema
 * @property {"cell"} kind
 * @property {string} name
 * @property {number} row
 * @property {number} col
 * @property {number} value
 * @property {string} form
 * @property {any[]} parts
 * @property {any[]} terms
 * @property {any[]} goes
 * @property {any | null} chain
 * @property {number} rate
 * @property {string} activation
 * @property {number} slope
 * @property {string} lossName
 */

/**
 * @typedef {object} SignalMessage
 * @property {number} schema
 * @property {"signal"} kind
 * @property {Uint8Array} stored
 * @property {number} unit
 * @property {any[]} layers
 * @property {any[]} lines
 * @property {string} output
 * @property {ArrayLike<number>} scores
 */

/**
 * @typedef {object} ForwardBackwardMessage
 * @property {number} schema
 * @property {"forwardBackward"} kind
 * @property {Uint8Array} stored
 * @property {ArrayLike<number>} x
 * @property {number} label
 * @property {ArrayLike<number>} target
 * @property {number} loss
 * @property {string} lossName
 * @property {number} labelSmoothing
 * @property {any[]} layers
 * @property {string} output
 * @property {ArrayLike<number>} scores
 */

/**
 * @typedef {object} SumMessage
 * @property {number} schema
 * @property {"sum"} kind
 * @property {number} layer
 * @property {number} unit
 * @property {ArrayLike<number>} from
 * @property {ArrayLike<number>} inputs
 * @property {ArrayLike<number>} products
 * @property {ArrayLike<number>} weights
 * @property {number} n_others
 * @property {number} others
 * @property {number} bias
 * @property {number} z
 */

/**
 * @typedef {object} MistakesMessage
 * @property {number} schema
 * @property {"mistakes"} kind
 * @property {string} data
 * @property {number} n
 * @property {number} n_classes
 * @property {string} output
 * @property {ArrayLike<number>} counts
 * @property {any[]} wrong
 */

/**
 * @typedef {object} UnitMessage
 * @property {number} schema
 * @property {"unit"} kind
 * @property {number} layer
 * @property {number} unit
 * @property {number} low
 * @property {number} high
 * @property {ArrayLike<number>} bins
 * @property {any[]} examples
 */

/**
 * @typedef {object} PlaneMessage
 * @property {number} schema
 * @property {"plane"} kind
 * @property {string} set
 * @property {string} task
 * @property {ArrayLike<number>} points
 * @property {any[]} classes
 * @property {ArrayLike<number>} box
 * @property {number} side
 * @property {number} unit_side
 * @property {ArrayLike<number>} x
 * @property {number} epoch
 * @property {number} newest
 * @property {number} earliest
 * @property {number} edits
 * @property {any | null} split
 * @property {any | null} watched
 * @property {any[]} networks
 * @property {any | null} bayes
 * @property {any | null} straight
 * @property {any | null} diverged
 */

/**
 * @typedef {object} SnapshotMessage
 * @property {number} schema
 * @property {"snapshot"} kind
 * @property {number} step
 * @property {number} epoch
 * @property {number} from
 * @property {number} seconds
 * @property {number | null} loss
 * @property {number} accuracy
 * @property {any[]} classes
 * @property {any[]} weights
 */

/**
 * @typedef {object} DifferenceMessage
 * @property {number} schema
 * @property {"difference"} kind
 * @property {number} one
 * @property {number} other
 * @property {any[]} weights
 */

/**
 * @typedef {object} FilmMessage
 * @property {number} schema
 * @property {"film"} kind
 * @property {any[]} moments
 */

/**
 * @typedef {object} ProbesMessage
 * @property {number} schema
 * @property {"probes"} kind
 * @property {any[]} digits
 */

/**
 * @typedef {object} ExperimentMessage
 * @property {number} schema
 * @property {"experiment"} kind
 * @property {string} experiment
 * @property {string} data
 * @property {ArrayLike<number>} seeds
 * @property {any[]} runs
 * @property {any[]} marks
 * @property {any[]} findings
 * @property {string | null} as_expected
 */

/**
 * @typedef {object} TrainingMessage
 * @property {number} schema
 * @property {"training"} kind
 * @property {string} recipe
 * @property {ArrayLike<number>} sizes
 * @property {number} epoch
 * @property {number} epochs
 * @property {number} step
 * @property {number | null} loss
 * @property {number | null} accuracy
 * @property {any | null} validation
 * @property {number} examples_per_second
 * @property {any[]} weights
 * @property {any[]} history
 */

export {};
