// What a server knows of this page's run of byhand: its data, its model, and a run that trains now. The token that
// opens them comes in the address once; from then on a cookie does, which no script can read (byhand/lab/token.py).

const HEADER = "X-Byhand-Token";

/**
 * Take the token out of the address, at once, and exchange it for the cookie.
 * @returns {Promise<"none" | "accepted" | "refused">} none: the address has no token
 */
export async function exchangeToken() {
  const parts = location.hash.slice(1).split("&");
  const token = parts.find((part) => part.startsWith("token="))?.slice("token=".length);
  if (token === undefined) return "none";
  const rest = parts.filter((part) => !part.startsWith("token="));
  history.replaceState(history.state, "", `#${rest.join("&")}`);
  const reply = await fetch("api/session", { headers: { [HEADER]: token } }).catch(() => null);
  return reply?.ok ? "accepted" : "refused";
}

/**
 * Ask what the server offers; null where there is no server of byhand's, or where this browser may not have it.
 * @returns {Promise<{hello: import("../shared/types.js").Hello | null, isGuest: boolean}>}
 */
export async function fetchHello() {
  if (!location.protocol.startsWith("http")) return { hello: null, isGuest: false };
  const reply = await fetch("hello.json").catch(() => null);
  const hello = reply?.ok ? await reply.json() : null;
  return { hello: hello?.server === "byhand" ? hello : null, isGuest: hello?.server === "guest" };
}

/**
 * Watch a run on the command line: the server sends its newest frame.
 * @param {{onFrame: (frame: any) => void, onClose: () => void}} listener
 */
export function watchLive({ onFrame, onClose }) {
  const socket = new WebSocket(new URL("live", location.href.replace(/^http/, "ws").replace(/#.*/, "")));
  socket.onclose = onClose;
  socket.onmessage = ({ data }) => onFrame(JSON.parse(data));
}
