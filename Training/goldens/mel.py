"""Writes Whisper's log-mel of a spoken word, for the Swift tests to compare with.

Usage: python Training/goldens/mel.py [FOLDER], by default Tests/AudioTests/Fixtures; needs espeak-ng and transformers. The file
mel-golden.safetensors holds samples [12800] at 16 kHz (fp16, exact) and mel [80, 84]: the first 83 frames and the last one of the
block [80, 3000] that transformers' WhisperFeatureExtractor makes of them.
"""

import io
import subprocess
import sys
from pathlib import Path

import numpy as np
import soundfile
import transformers
from safetensors.numpy import save_file

ROOT = Path(__file__).resolve().parents[2]
COUNT = 12_800


def speech():
    """0.8 s of espeak-ng's voice, brought to 16 kHz."""
    wave = subprocess.run(["espeak-ng", "-v", "en-us", "-s", "170", "--stdout", "Whispered fish"], check=True, capture_output=True).stdout
    samples, rate = soundfile.read(io.BytesIO(wave))
    # Averaging neighbours keeps most of what 16 kHz cannot hold from folding back.
    smooth = np.convolve(samples, [0.25, 0.5, 0.25], mode="same")
    return np.interp(np.arange(COUNT) / 16_000, np.arange(len(smooth)) / rate, smooth, right=0.0).astype(np.float16)


def main():
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "Tests/AudioTests/Fixtures"
    samples = speech()
    extractor = transformers.WhisperFeatureExtractor(feature_size=80)
    block = extractor(samples.astype(np.float32), sampling_rate=16_000, return_tensors="np")["input_features"][0]
    assert block.shape == (80, 3000)
    mel = np.concatenate([block[:, :83], block[:, -1:]], axis=1)
    made_with = {"transformers": transformers.__version__, "numpy": np.__version__}
    golden = folder / "mel-golden.safetensors"
    save_file({"samples": samples, "mel": np.ascontiguousarray(mel, dtype=np.float32)}, golden, metadata=made_with)
    golden.chmod(0o644)
    print(golden, golden.stat().st_size, "bytes, mel from", mel.min(), "to", mel.max())


if __name__ == "__main__":
    main()
