// QR codes for the type checker: lean-qr itself is not checked.
export function generate(text: string): { size: number; get(x: number, y: number): boolean };
