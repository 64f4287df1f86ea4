// The icon font (codicons), asked for before the first icon is drawn. A browser fetches a font only when text needs
// it, and draws nothing in its place meanwhile: pages would come up without chevrons and icons, in every theme.

// A page without icons is better than none, should the font not come.
const PATIENCE_MS = 1000;

/** Resolves when icons can be drawn, or after a second without them. */
export async function iconsReady(): Promise<void> {
  const font = document.fonts.load('16px codicon').catch(() => undefined);
  await Promise.race([font, new Promise((done) => setTimeout(done, PATIENCE_MS))]);
}
