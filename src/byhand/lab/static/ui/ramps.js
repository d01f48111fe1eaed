// The colours of signed numbers: theme, palette and sign → nine colours from the ground to the full colour.
// Written by tools/make_ramps.py, which says how.

export const RAMPS = {
  light: {
    safe: {
      plus: "#ffffff #d8e9ff #b1d2fe #8fbbf6 #6ca4ee #4d8cdf #2c75d0 #185fb4 #004a98",
      minus: "#ffffff #ffe8dd #ffd1bb #ffb995 #fe9f6d #f6884b #ee701c #d8630f #c25601",
    },
    classic: {
      plus: "#ffffff #d7eedb #afddb7 #8aca97 #64b778 #3ea35b #008e40 #007533 #015d28",
      minus: "#ffffff #ffe7e5 #ffcfca #ffb6af #ff9a92 #fc7f77 #f46560 #dd5854 #c74c48",
    },
  },
  dark: {
    safe: {
      plus: "#1d2127 #243442 #294760 #305b7e #356f9d #3f84ba #4a99d8 #65afeb #80c5ff",
      minus: "#1d2127 #3c2f24 #5b3c1c #774b19 #945a12 #b06c17 #cc7e1c #e59334 #fea849",
    },
    classic: {
      plus: "#1d2127 #24362f #2a4d37 #316344 #367a51 #409161 #4ba871 #67bd88 #83d39f",
      minus: "#1d2127 #3f2c2c #613630 #80423a #9f4e45 #bd5d53 #db6d61 #f58174 #ffa194",
    },
  },
};
