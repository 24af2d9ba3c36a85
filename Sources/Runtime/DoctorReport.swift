import Audio
import Batch
import CKernels
import Compute
import Digests
import Face
import Foundation
import Lettering
import Media
public import MediaTypes
import Transfers

/// What `avatar doctor` finds: whether this machine can do the work, and with what.
public struct DoctorReport: Codable, Sendable {
  /// One check and how it went.
  public struct Check: Codable, Sendable {
    public let name: String
    public let passed: Bool
    public let detail: String
  }

  /// A model that can be used.
  public struct Model: Codable, Sendable {
    public let name: String
    public let bytes: Int
    public let licence: String
  }

  public let version: String
  public let licence: String
  public let processor: String
  public let instructionSet: String
  public let cores: Int
  public let memoryBytes: UInt64
  public let freeDiskBytes: UInt64
  public let libraries: [LinkedLibrary]
  public let models: [Model]
  public let presenters: [String]
  public let checks: [Check]

  enum CodingKeys: String, CodingKey {
    case version, licence, processor, cores, libraries, models, presenters, checks
    case instructionSet = "instruction_set"
    case memoryBytes = "memory_bytes"
    case freeDiskBytes = "free_disk_bytes"
  }

  public var isHealthy: Bool { checks.allSatisfy(\.passed) }

  /// Looks at the machine and tries the embedded model once.
  public static func make() -> DoctorReport {
    DoctorReport(
      version: Version.current,
      licence: "source Apache-2.0; this binary, linked with FFTW and x264, GPL-2.0-or-later",
      processor: processorName, instructionSet: InstructionSet.name,
      cores: ResourceUsage.availableCores, memoryBytes: ProcessInfo.processInfo.physicalMemory,
      freeDiskBytes: freeDisk(at: "."),
      libraries: MediaLibraries.linked + LetteringLibraries.linked + AudioLibraries.linked
        + ComputeLibraries.linked
        + FaceLibraries.linked + BatchLibraries.linked + DigestLibraries.linked
        + TransferLibraries.linked,
      models: [Model(name: "mini", bytes: EmbeddedFiles.byteCount, licence: "Apache-2.0")],
      presenters: ((try? Presenter.all()) ?? []).map(\.name), checks: DoctorChecks.run())
  }

  static var processorName: String {
    let text = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
    let line = text.split(separator: "\n").first { $0.hasPrefix("model name") }
    return line?.split(separator: ":").last?.trimmingCharacters(in: .whitespaces) ?? "unknown"
  }

  private static func freeDisk(at path: String) -> UInt64 {
    let attributes = try? FileManager.default.attributesOfFileSystem(forPath: path)
    return (attributes?[.systemFreeSize] as? NSNumber)?.uint64Value ?? 0
  }
}

/// The instruction set that the kernels use on this machine.
enum InstructionSet {
  static var name: String {
    switch CKernels_instruction_set() {
    case 3: "AVX-512 with bf16"
    case 2: "AVX-512"
    case 1: "AVX2"
    default: "plain"
    }
  }
}
