/// Sound that is read piece by piece, at its own rate and with its own channels.
protocol SampleSource: AnyObject {
  /// Sampling instants a second.
  var sampleRate: Int { get }
  var channelCount: Int { get }
  /// What a listener should know about the file, such as that it ends early.
  var warnings: [String] { get }

  /// Replaces the content of `samples` by the next instants, channels interleaved; empty at the end.
  func read(into samples: inout [Float]) throws
}
