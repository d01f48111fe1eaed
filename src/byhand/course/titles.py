"""The twelve lessons by number."""

TITLES = {
    1: "One neuron is a function",
    2: "From picture to numbers",
    3: "A layer, a network",
    4: "How wrong?",
    5: "Backpropagation",
    6: "The step",
    7: "Digits, end to end",
    8: "Look at the mistakes",
    9: "Two dimensions, nothing imported",
    10: "What goes wrong",
    11: "What hidden units know",
    12: "From here",
}
