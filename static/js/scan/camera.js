/**
 * The rear camera: asked for politely, released whenever nobody looks, with torch and zoom where the camera has them.
 *
 * @typedef {'off' | 'ask' | 'starting' | 'live' | 'denied' | 'absent' | 'busy' | 'insecure'} CameraState
 * @typedef {MediaTrackCapabilities & {torch?: boolean, zoom?: {min: number, max: number, step: number}}} Capabilities
 * @typedef {{min: number, max: number, step: number}} ZoomRange
 */
import { permissionOf } from './position.js';

const WANTED = {
  audio: false,
  video: {
    facingMode: { ideal: 'environment' },
    width: { min: 640, ideal: 1920 },
    height: { min: 480, ideal: 1080 },
    frameRate: { ideal: 30 },
  },
};
const MOST_ZOOM = 5; // beyond this a phone only enlarges what it has
const FIRST_PICTURE_MS = 3000;

/** What the browser calls it → what we tell the person. @type {Record<string, CameraState>} */
const REFUSALS = {
  NotAllowedError: 'denied',
  SecurityError: 'denied',
  NotFoundError: 'absent',
  DevicesNotFoundError: 'absent',
  OverconstrainedError: 'absent',
  NotReadableError: 'busy',
  TrackStartError: 'busy',
  AbortError: 'busy',
};

export class Camera {
  /**
   * @param {HTMLVideoElement} video
   * @param {(state: CameraState) => void} onState
   */
  constructor(video, onState) {
    this.video = video;
    this.onState = onState;
    /** @type {MediaStream | null} */
    this.stream = null;
    /** @type {CameraState} */
    this.state = 'off';
    this.wanted = false;
    document.addEventListener('visibilitychange', () => {
      if (document.hidden) this.release();
      else if (this.wanted) void this.start();
    });
    addEventListener('pagehide', () => this.release());
  }

  /**
   * Starts at once where the person has allowed it before; an installed iOS app forgets that at each launch and
   * needs a tap first, otherwise the picture stays black.
   */
  async open() {
    if (!navigator.mediaDevices?.getUserMedia) return this.become(isSecureContext ? 'absent' : 'insecure');
    const permission = await permissionOf('camera');
    if (permission === 'denied') return this.become('denied');
    if (permission === 'prompt' && isIOS()) return this.become('ask');
    return this.start();
  }

  async start() {
    this.wanted = true;
    if (this.stream || this.state === 'starting') return;
    this.become('starting');
    try {
      await this.attach(await navigator.mediaDevices.getUserMedia(WANTED));
    } catch (error) {
      this.release();
      this.become(REFUSALS[error instanceof DOMException ? error.name : ''] ?? 'busy');
    }
  }

  /** @param {MediaStream} stream */
  async attach(stream) {
    if (document.hidden) return stopAll(stream); // the person left while the browser was asking
    this.stream = stream;
    stream.getVideoTracks()[0]?.addEventListener('ended', () => this.lost());
    this.video.srcObject = stream;
    await this.video.play();
    await this.firstPicture();
    this.become('live');
  }

  /** A granted camera that delivers nothing is a known fault of installed iOS apps: treated as busy, a tap asks again. */
  firstPicture() {
    const { video } = this;
    if (video.videoWidth > 0) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new DOMException('no picture', 'NotReadableError')), FIRST_PICTURE_MS);
      video.addEventListener('resize', () => (clearTimeout(timer), resolve(undefined)), { once: true });
    });
  }

  /** Another app took the camera. */
  lost() {
    this.release();
    this.become('busy');
  }

  /** Lets the camera go but keeps the wish: coming back to the page starts it again. */
  release() {
    if (this.stream) stopAll(this.stream);
    this.stream = null;
    this.video.srcObject = null;
    if (this.state === 'live' || this.state === 'starting') this.become('off');
  }

  close() {
    this.wanted = false;
    this.release();
  }

  get track() {
    return this.stream?.getVideoTracks()[0] ?? null;
  }

  /** @returns {{torch: boolean, zoom: ZoomRange | null}} only what this camera says it has */
  get abilities() {
    const can = /** @type {Capabilities} */ (this.track?.getCapabilities?.() ?? {});
    const zoom = can.zoom && can.zoom.max > can.zoom.min
      ? { min: can.zoom.min, max: Math.min(can.zoom.max, can.zoom.min * MOST_ZOOM), step: can.zoom.step || 0.1 }
      : null;
    return { torch: Boolean(can.torch), zoom };
  }

  /** @param {boolean} on */
  setTorch(on) {
    return this.apply({ torch: on });
  }

  /** @param {number} zoom */
  setZoom(zoom) {
    return this.apply({ zoom });
  }

  /**
   * @param {{torch?: boolean, zoom?: number}} wish
   * @returns {Promise<boolean>} whether the camera did it
   */
  async apply(wish) {
    try {
      await this.track?.applyConstraints({ advanced: [/** @type {MediaTrackConstraintSet} */ (wish)] });
      return this.track !== null;
    } catch {
      return false;
    }
  }

  /** @param {CameraState} state */
  become(state) {
    this.state = state;
    this.onState(state);
  }
}

/** @param {MediaStream} stream */
function stopAll(stream) {
  for (const track of stream.getTracks()) track.stop();
}

/** iPadOS calls itself a Mac with a touch screen. */
function isIOS() {
  return /iPhone|iPad|iPod/.test(navigator.userAgent) || (/Macintosh/.test(navigator.userAgent) && navigator.maxTouchPoints > 1);
}
