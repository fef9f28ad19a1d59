/**
 * Where the phone believes it is. A fix is given at once or not at all: a scan never waits for satellites.
 *
 * @typedef {{lat: number, lon: number, accuracy_m: number, at: string}} Fix
 * @typedef {'inside' | 'outside' | 'weak' | 'unknown'} PlaceWord
 */

const FRESH_MS = 60_000;
const USABLE_ACCURACY_M = 50; // indoors 50–100 m is normal: beyond this a position proves little
const DEFAULT_FENCE_M = 100;
const CONSENT = 'rounds.position'; // the person said yes once; iOS asks again at each start all the same

/** Watches the position while the scanner is open. */
export class PositionWatch {
  /** @param {Geolocation | undefined} geolocation */
  constructor(geolocation = globalThis.navigator?.geolocation) {
    this.geolocation = geolocation;
    /** @type {number | null} */
    this.watch = null;
    /** @type {Fix | null} */
    this.fix = null;
    /** @type {'off' | 'on' | 'denied' | 'absent'} */
    this.state = geolocation ? 'off' : 'absent';
  }

  /** Starts by itself only where that asks nothing new of the person. */
  async startIfAllowed() {
    const permission = await permissionOf('geolocation');
    if (permission === 'denied') this.state = 'denied';
    else if (permission === 'granted' || remembered()) this.start();
  }

  /** From a tap: may bring up the browser's question. */
  start() {
    if (!this.geolocation || this.watch !== null) return;
    remember();
    this.state = 'on';
    this.watch = this.geolocation.watchPosition(
      ({ coords, timestamp }) => {
        this.fix = {
          lat: coords.latitude,
          lon: coords.longitude,
          accuracy_m: Math.round(coords.accuracy),
          at: new Date(timestamp).toISOString(),
        };
      },
      (error) => {
        if (error.code === error.PERMISSION_DENIED) this.state = 'denied';
      },
      { enableHighAccuracy: true, maximumAge: FRESH_MS },
    );
  }

  stop() {
    if (this.watch !== null) this.geolocation?.clearWatch(this.watch);
    this.watch = null;
    if (this.state === 'on') this.state = 'off';
  }

  /**
   * @param {number} now  ms
   * @returns {Fix | null} the last fix while it is young enough to say something about this scan
   */
  last(now = Date.now()) {
    return this.fix && now - Date.parse(this.fix.at) <= FRESH_MS ? this.fix : null;
  }
}

/**
 * The word for the sheet: distance minus accuracy against the fence, so that a poor fix never accuses anybody.
 * @param {Fix | null} fix
 * @param {{lat?: number | null, lon?: number | null, fence_m?: number | null} | null} checkpoint
 * @returns {{word: PlaceWord, distance_m: number | null, accuracy_m: number | null}}
 */
export function placeWord(fix, checkpoint) {
  if (!fix) return { word: 'unknown', distance_m: null, accuracy_m: null };
  const weak = fix.accuracy_m > USABLE_ACCURACY_M;
  if (checkpoint?.lat == null || checkpoint.lon == null) {
    return { word: weak ? 'weak' : 'unknown', distance_m: null, accuracy_m: fix.accuracy_m };
  }
  const distance_m = Math.round(distance(fix, { lat: checkpoint.lat, lon: checkpoint.lon }));
  const outside = distance_m - fix.accuracy_m > (checkpoint.fence_m ?? DEFAULT_FENCE_M);
  return { word: outside ? 'outside' : weak ? 'weak' : 'inside', distance_m, accuracy_m: fix.accuracy_m };
}

/**
 * Metres between two positions on the ground (haversine; both WGS-84).
 * @param {{lat: number, lon: number}} a
 * @param {{lat: number, lon: number}} b
 */
export function distance(a, b) {
  const rad = Math.PI / 180;
  const half = (/** @type {number} */ degrees) => Math.sin((degrees * rad) / 2) ** 2;
  const h = half(b.lat - a.lat) + Math.cos(a.lat * rad) * Math.cos(b.lat * rad) * half(b.lon - a.lon);
  return 2 * 6_371_000 * Math.asin(Math.min(1, Math.sqrt(h)));
}

/**
 * 'prompt' also where the browser does not say (WebKit before 16, WebKitGTK).
 * @param {string} name
 * @returns {Promise<PermissionState>}
 */
export async function permissionOf(name) {
  try {
    const status = await navigator.permissions.query({ name: /** @type {PermissionName} */ (name) });
    return status.state;
  } catch {
    return 'prompt';
  }
}

function remembered() {
  return localStorage.getItem(CONSENT) === 'yes';
}

function remember() {
  localStorage.setItem(CONSENT, 'yes');
}
