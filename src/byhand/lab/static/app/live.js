// What a server knows of this page's run of byhand: its token, its data, its model, and a run that trains now.

/** The token comes in the address once, is kept for this tab, and does not stay in links that are passed on. */
export function takeToken() {
  const given = new URLSearchParams(location.hash.slice(1)).get("token");
  if (given) sessionStorage.setItem("byhand-token", given);
  return given ?? sessionStorage.getItem("byhand-token");
}

/**
 * Ask the server what it offers; null where there is none.
 * @param {string | null} token
 * @returns {Promise<import("../shared/types.js").Hello | null>}
 */
export async function fetchHello(token) {
  if (!token) return null;
  const reply = await fetch("api/hello", { headers: { "X-Byhand-Token": token } }).catch(() => null);
  return reply?.ok ? reply.json() : null;
}

/**
 * Watch a run on the command line: the server sends its newest frame.
 * @param {string} token
 * @param {{onFrame: (frame: any) => void, onClose: () => void}} listener
 */
export function watchLive(token, { onFrame, onClose }) {
  const socket = new WebSocket(new URL("live", location.href.replace(/^http/, "ws").replace(/#.*/, "")));
  socket.onopen = () => socket.send(token);
  socket.onclose = onClose;
  socket.onmessage = ({ data }) => onFrame(JSON.parse(data));
}
