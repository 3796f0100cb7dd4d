// A stem at a fader's level in the rest of its mix, as a sound file made in the page. One rule: the
// two are added sample by sample, so at 0 dB it is what the server would send.

/** The greatest sum of both, whatever their signs, with the stem raised by mostDb. */
export function peakOf(stem, rest, mostDb) {
  const factor = 10 ** (mostDb / 20);
  let peak = 0;
  for (let channel = 0; channel < rest.numberOfChannels; channel += 1) {
    const own = stem.getChannelData(channel);
    const others = rest.getChannelData(channel);
    for (let at = 0; at < others.length; at += 1) {
      peak = Math.max(peak, Math.abs(others[at]) + factor * Math.abs(own[at]));
    }
  }
  return peak;
}

/** The stem moved by gainDb and added to the rest, as a WAV file of 32-bit floats. */
export function mixed(stem, rest, gainDb) {
  const { numberOfChannels: channels, length, sampleRate } = rest;
  const factor = 10 ** (gainDb / 20);
  const bytes = length * channels * 4;
  const file = new DataView(new ArrayBuffer(44 + bytes));
  const letters = (at, text) => [...text].forEach((one, place) => file.setUint8(at + place, one.charCodeAt(0)));
  letters(0, "RIFF");
  file.setUint32(4, 36 + bytes, true);
  letters(8, "WAVEfmt ");
  file.setUint32(16, 16, true);
  file.setUint16(20, 3, true); // IEEE float
  file.setUint16(22, channels, true);
  file.setUint32(24, sampleRate, true);
  file.setUint32(28, sampleRate * channels * 4, true);
  file.setUint16(32, channels * 4, true);
  file.setUint16(34, 32, true);
  letters(36, "data");
  file.setUint32(40, bytes, true);
  for (let channel = 0; channel < channels; channel += 1) {
    const own = stem.getChannelData(channel);
    const others = rest.getChannelData(channel);
    for (let at = 0; at < length; at += 1) {
      file.setFloat32(44 + 4 * (at * channels + channel), others[at] + factor * own[at], true);
    }
  }
  return file.buffer;
}
