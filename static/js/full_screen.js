/** Full screen, or out of it; phones without it stay as they are. Call it in the handler of a tap. */
export function toggleFullScreen() {
  const page = document.documentElement;
  const change = document.fullscreenElement ? document.exitFullscreen() : page.requestFullscreen?.();
  change?.catch((error) => console.info("No full screen:", error));
}
