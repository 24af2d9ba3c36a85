public import Foundation

/// Runs the built `avatar` and collects what a user would see.
public struct CommandRun: Sendable {
  public let status: Int32
  public let standardOutput: String
  public let standardError: String

  /// The binary under test: `AVATAR_BINARY`, else the newest of the release and debug builds.
  public static var binary: String? {
    if let path = ProcessInfo.processInfo.environment["AVATAR_BINARY"] { return path }
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    let builds = ["release", "debug"].map { root.appending(path: ".build/\($0)/avatar").path }
    return builds.filter { FileManager.default.isExecutableFile(atPath: $0) }
      .max { date($0) < date($1) }
  }

  /// Runs `binary` (default: the `avatar` under test) with `arguments` in `folder` and waits for it.
  ///
  /// After `interruptAfter` seconds it gets SIGINT. Throws where nothing can be run.
  public static func run(
    _ arguments: [String], binary: String? = nil, in folder: URL? = nil,
    environment: [String: String] = [:], interruptAfter: Double? = nil
  ) throws -> CommandRun {
    guard let path = binary ?? Self.binary else { throw MissingBinary() }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    if let folder { process.currentDirectoryURL = folder }
    let (output, errors) = (Pipe(), Pipe())
    (process.standardOutput, process.standardError) = (output, errors)
    process.standardInput = FileHandle.nullDevice
    try process.run()
    if let interruptAfter {
      DispatchQueue.global().asyncAfter(deadline: .now() + interruptAfter) { process.interrupt() }
    }
    let collected = Collected()
    let reader = Thread { collected.finish(errors.fileHandleForReading.readDataToEndOfFile()) }
    reader.start()
    let outputData = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return CommandRun(
      status: process.terminationStatus,
      standardOutput: String(decoding: outputData, as: UTF8.self),
      standardError: String(decoding: collected.wait(), as: UTF8.self))
  }

  private static func date(_ path: String) -> Date {
    let attributes = try? FileManager.default.attributesOfItem(atPath: path)
    return attributes?[.modificationDate] as? Date ?? .distantPast
  }
}

/// No `avatar` has been built.
public struct MissingBinary: Error, CustomStringConvertible {
  public var description: String { "build avatar first: swift build --product avatar" }
}

/// Data handed over by a reading thread; guarded by the semaphore.
private final class Collected: @unchecked Sendable {
  private var data = Data()
  private let done = DispatchSemaphore(value: 0)

  func finish(_ data: Data) {
    self.data = data
    done.signal()
  }

  func wait() -> Data {
    done.wait()
    return data
  }
}
