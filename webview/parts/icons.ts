// Loads the icon font (codicons) before the first icon is drawn. Browsers fetch a font only when text needs
// it, and draw nothing in the meantime: pages would first appear without chevrons and icons, in every theme.

// If the font does not arrive, a page without icons is better than none.
const PATIENCE_MS = 1000;

/** Resolves when icons can be drawn, or after a second. */
export async function iconsReady(): Promise<void> {
  const font = document.fonts.load('16px codicon').catch(() => undefined);
  await Promise.race([font, new Promise((done) => setTimeout(done, PATIENCE_MS))]);
}
