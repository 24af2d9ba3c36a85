import Compute

/// Where a network of the catalog runs.
public enum NetworkDevice: Sendable, Equatable {
  /// Plain loops, for checking.
  case reference
  /// The processor's fast kernels.
  case cpu(threads: Int)

  /// As the command line names it.
  public var name: String {
    switch self {
    case .reference: "reference"
    case .cpu: "cpu"
    }
  }

  var threads: Int {
    switch self {
    case .reference: 1
    case .cpu(let threads): threads
    }
  }

  func makeDevice() throws -> any Device {
    switch self {
    case .reference: ReferenceDevice()
    case .cpu(let threads): try CPUDevice(threads: threads)
    }
  }
}
