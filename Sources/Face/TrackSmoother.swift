import Foundation
import Imaging
import MediaTypes

/// What was seen on one frame.
struct TrackSample: Sendable {
  /// Nil where no face was found.
  var landmarks: Landmarks?
  /// Samples of different shots have nothing to do with each other.
  var shot: Int
}

/// Fills short gaps and steadies landmarks over time, without lag.
///
/// A face's motion is split in two: where the head is (a similarity fitted to eyes, nose and jaw), and
/// how the points lie on it. The latter is smoothed slowly. The head is smoothed slowly while it rests
/// and quickly while it moves: wherever the slow curve leaves the quick one by more than the noise
/// explains, the quick one is taken, with a soft change between the two.
struct TrackSmoother {
  let rate: Rational
  let settings: FaceTracker.Settings

  func track(_ samples: [TrackSample]) -> FaceTrack {
    var faces = [TrackedFace?](repeating: nil, count: samples.count)
    for run in runs(samples) {
      let smooth = smoothed(filled(samples, run))
      for (offset, landmarks) in smooth.enumerated() {
        let strength =
          strength(at: run.lowerBound + offset, run: run, samples: samples)
          * (1 - smoothstep(0.8, 1.1, landmarks.sidewaysTurn))
        faces[run.lowerBound + offset] = TrackedFace(
          landmarks: landmarks, strength: Float(strength))
      }
    }
    return FaceTrack(faces: faces)
  }

  /// Ranges of frames of one shot with a face, gaps that are short enough included.
  func runs(_ samples: [TrackSample]) -> [Range<Int>] {
    let longest = Int((settings.longestGapSeconds * rate.value).rounded())
    var result: [Range<Int>] = []
    for (index, sample) in samples.enumerated() where sample.landmarks != nil {
      if let last = result.last, index - last.upperBound <= longest,
        samples[last.upperBound - 1].shot == sample.shot
      {
        result[result.count - 1] = last.lowerBound..<(index + 1)
      } else {
        result.append(index..<(index + 1))
      }
    }
    return result
  }

  private func filled(_ samples: [TrackSample], _ run: Range<Int>) -> [Landmarks] {
    var result: [Landmarks] = []
    var last = run.lowerBound
    for index in run {
      guard let landmarks = samples[index].landmarks else { continue }
      if let before = result.last, index - last > 1 {
        for between in (last + 1)..<index {
          let share = Double(between - last) / Double(index - last)
          result.append(before.blended(towards: landmarks, by: share))
        }
      }
      result.append(landmarks)
      last = index
    }
    return result
  }

  private func smoothed(_ raw: [Landmarks]) -> [Landmarks] {
    let fits = raw.compactMap(\.layoutFit)
    guard raw.count > 2, fits.count == raw.count else { return raw }
    let slow = LocalRegression(deviation: deviation(settings.slowSmoothingSeconds))
    let quick = LocalRegression(deviation: deviation(settings.quickSmoothingSeconds))
    let middle = Point(0.5, 0.5)
    let heads = fits.map { fit in [fit.a, fit.b, fit(middle).x, fit(middle).y] }
    let (rest, moving) = (slow.smoothed(heads), quick.smoothed(heads))
    let noise = noiseLevel(heads)
    let shapes = slow.smoothed(
      zip(raw, fits).map { landmarks, fit in
        let inverse = fit.inverse
        return landmarks.points.flatMap { [inverse($0).x, inverse($0).y] }
      })
    let change = softened(
      raw.indices.map { t in
        smoothstep(0.8 * noise, 1.7 * noise, Self.distance(rest[t], moving[t]))
      })
    return raw.indices.map { t in
      let h = zip(rest[t], moving[t]).map { $0 + ($1 - $0) * change[t] }
      let turn = Similarity(a: h[0], b: h[1], shiftX: 0, shiftY: 0)
      let shift = Point(h[2], h[3]) - turn(middle)
      return Landmarks(
        points: (0..<Landmarks.count).map {
          turn(Point(shapes[t][2 * $0], shapes[t][2 * $0 + 1])) + shift
        })
    }
  }

  private func deviation(_ seconds: Double) -> Double { max(seconds * rate.value, 0.8) }

  /// How far a head's corners move between two places, in pixels.
  private static func distance(_ a: [Double], _ b: [Double]) -> Double {
    let (da, db, dx, dy) = (a[0] - b[0], a[1] - b[1], a[2] - b[2], a[3] - b[3])
    return (dx * dx + dy * dy + (da * da + db * db) / 2).squareRoot()
  }

  /// The median deviation of a sample from the middle of its neighbours, at least 0.2 % of the face.
  private func noiseLevel(_ heads: [[Double]]) -> Double {
    let misses = (1..<(heads.count - 1)).map { t in
      let middle = zip(heads[t - 1], heads[t + 1]).map { ($0 + $1) / 2 }
      return Self.distance(heads[t], middle)
    }.sorted()
    let side = hypot(heads[0][0], heads[0][1])
    return max(misses[misses.count / 2], 0.002 * side)
  }

  /// A running maximum, then a running mean over it: changes early and late enough, and softly.
  private func softened(_ values: [Double]) -> [Double] {
    let reach = max(1, Int(deviation(settings.quickSmoothingSeconds).rounded()))
    func window(_ t: Int) -> ClosedRange<Int> {
      max(0, t - reach)...min(values.count - 1, t + reach)
    }
    let highest = values.indices.map { t in values[window(t)].max() ?? 0 }
    return values.indices.map { t in
      highest[window(t)].reduce(0, +) / Double(window(t).count)
    }
  }

  /// Ramps at the ends of a run, but not at cuts nor at the film's own ends.
  private func strength(at index: Int, run: Range<Int>, samples: [TrackSample]) -> Double {
    let frames = Int((settings.fadeSeconds * rate.value).rounded())
    func ramp(_ distance: Int) -> Double { min(1, Double(distance + 1) / Double(frames + 1)) }
    func continues(_ outside: Int, _ inside: Int) -> Bool {
      samples.indices.contains(outside) && samples[outside].shot == samples[inside].shot
    }
    let (first, last) = (run.lowerBound, run.upperBound - 1)
    return min(
      continues(first - 1, first) ? ramp(index - first) : 1,
      continues(last + 1, last) ? ramp(last - index) : 1)
  }
}
