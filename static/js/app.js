/**
 * Every page starts here. A page is readable before any script has come: what they do begins after its first frame, so that nothing
 * competes with it on a slow line. A page nobody sees paints no frame and need not wait for one.
 */
const start = () => import('./start.js');

if (document.hidden) start();
else requestAnimationFrame(() => setTimeout(start));

export {};
