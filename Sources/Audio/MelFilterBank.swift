import CKernels
import Glibc

/// Slaney's triangular filters of equal area: 80 bands, evenly spaced on his mel scale from 0 to 8000 Hz.
struct MelFilterBank: Sendable {
  static let filterCount = 80
  /// Bins of a spectrum of 400 samples.
  static let binCount = 201
  /// The first bin of each filter, and the number of its bins.
  let starts: [Int32]
  let counts: [Int32]
  /// The weights of filter 0's bins, then of filter 1's, and so on.
  let weights: [Float]

  /// The bank for 16 kHz; computed in double precision, as the published models' tools do.
  init() {
    let highest = Self.mel(hertz: 8000)
    let edges = (0...(Self.filterCount + 1)).map { index in
      Self.hertz(mel: highest * Double(index) / Double(Self.filterCount + 1))
    }
    var (starts, counts, weights): ([Int32], [Int32], [Float]) = ([], [], [])
    for band in 0..<Self.filterCount {
      let row = (0..<Self.binCount).map { bin in
        Self.weight(hertz: Double(bin) * 40, edges: edges[band...(band + 2)])
      }
      let start = row.firstIndex { $0 > 0 } ?? 0
      let end = row.lastIndex { $0 > 0 }.map { $0 + 1 } ?? start
      starts.append(Int32(start))
      counts.append(Int32(end - start))
      weights += row[start..<end].map { Float($0) }
    }
    (self.starts, self.counts, self.weights) = (starts, counts, weights)
  }

  /// Height of the triangle over three neighbouring `edges` at a frequency; its area is 1 Hz.
  private static func weight(hertz: Double, edges: ArraySlice<Double>) -> Double {
    let (low, peak, high) = (
      edges[edges.startIndex], edges[edges.startIndex + 1], edges[edges.startIndex + 2]
    )
    let height = min((hertz - low) / (peak - low), (high - hertz) / (high - peak))
    return max(0, height) * 2 / (high - low)
  }

  /// Linear up to 1000 Hz (15 mel), logarithmic above.
  static func mel(hertz: Double) -> Double {
    hertz < 1000 ? hertz * 3 / 200 : 15 + log(hertz / 1000) * 27 / log(6.4)
  }

  static func hertz(mel: Double) -> Double {
    mel < 15 ? mel * 200 / 3 : 1000 * exp((mel - 15) * log(6.4) / 27)
  }

  /// Calls `body` with the filters in the kernels' form.
  func withKernelFilters(_ body: (CKernelsAudio_mel_filters) -> Void) {
    starts.withUnsafeBufferPointer { starts in
      counts.withUnsafeBufferPointer { counts in
        weights.withUnsafeBufferPointer { weights in
          body(
            CKernelsAudio_mel_filters(
              filter_count: Self.filterCount, bin_count: Self.binCount,
              starts: starts.baseAddress, counts: counts.baseAddress,
              weights: weights.baseAddress))
        }
      }
    }
  }
}
