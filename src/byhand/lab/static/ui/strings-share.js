// The texts of the menu Share and of the keys.

export const SHARE = {
  heading: "Share",
  link: "Copy link",
  blanks: "Link with blanks",
  qr: "QR code",
  embed: "Embed …",
  page: "One HTML file …",
  model: "Model file",
  script: "Python script",
  notebook: "Notebook",
  figure: "Figure as SVG or PNG …",
  figures: "Figures on the screen",
  help: {
    link: "Everything on the screen is in the address: the same numbers, to the last bit.",
    blanks: "The microscope with its numbers hidden, for a class to work out and fill in.",
    qr: "The same address, for phones in the room.",
    embed: "This view in a page or in slides of your own.",
    page: "The rooms that you choose with this network, from disk, offline.",
    model: "For byhand evaluate, predict and export, or to drop here again.",
    script: "Python that prints what is on the screen, with byhand.",
    notebook: "The same for Jupyter.",
    figure: "For slides.",
  },
  copied: "Copied, {n} characters",
  copyYourself: "This browser does not let the page copy: copy the address yourself.",
  tooLong:
    "this address has {n} characters, too many for a QR code that a camera can read: clear the drawing or the points, or copy the link",
  onlyHere:
    "This address leads to this machine only. For a room, start byhand lab with --host and --class, or put the page on a web host.",
  embedHow: "Paste this into your page; the frame is made when it comes into sight:",
  frameHow: "Or as a plain frame. A server of byhand must be started with --embed:",
  small: "a page reads drawings, and this network does not look at pictures of 28 × 28 pixels",
  onePage: "One HTML file",
  rooms: "Rooms in the file",
  opensWith: "It opens with {view}.",
  noRoom: "Choose one room or more.",
  save: "Save",
  saved: "Saved as {name}, {size} MB.",
  noFigure: "there is no figure on the screen now: draw a digit, or open another room",
  text: "Text to copy",
  close: "Close",
};

export const KEYS = {
  heading: "Keys",
  // keys, what they do, and of which views one must be in the page. Of one character, which can be switched off:
  characters: [
    { keys: "Z, C", what: "undo the last stroke or change, clear", views: ["draw", "train", "plane"] },
    { keys: "0 … 9", what: "in Draw: why rather than this class", views: ["draw"] },
    { keys: "J, K", what: "in Draw: the next mistake, the one before", views: ["mistakes"] },
    { keys: "M", what: "Microscope", views: ["microscope"] },
    { keys: "Shift P", what: "projector: larger, without the header", views: [] },
    { keys: "B", what: "with the projector: black, and back", views: [] },
  ],
  order: "with the projector: the rooms in their order",
  list: "this list",
  others: [
    { keys: "Ctrl Z, Ctrl Shift Z", what: "undo the last stroke or change, redo", views: ["draw", "train", "plane"] },
    {
      keys: "Space",
      what: "start, pause; pauses the demonstration too",
      views: ["train", "plane", "experiments", "lessons"],
    },
    { keys: "Page Down, Page Up", what: "in a lesson: the next step, or the one before", views: ["lessons"] },
    { keys: "Esc", what: "close what is open", views: [] },
  ],
  areOn: "Keys of a single letter, digit or sign",
  off: "They do nothing now. This list is under ⋯, too.",
  close: "Close",
  leave: "Leave the projector view",
};
