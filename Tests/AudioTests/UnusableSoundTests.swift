import Glibc
import MediaTypes
import TestSupport
import Testing

@testable import Audio

struct UnusableSoundTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func check(_ path: String, _ code: ExitCode) {
    do {
      _ = try AudioFile(path: path).speech()
      Issue.record("\(path) was read")
    } catch let error as any AvatarError {
      #expect(error.exitCode == code, "\(error)")
      #expect(error.description.contains(path) && !error.description.contains("\n"))
    } catch {
      Issue.record("\(error) is no AvatarError")
    }
  }

  @Test func `missing`() { check(folder.file("none.wav"), .missingInput) }

  @Test func `below a file`() throws {
    check(try folder.write([1], to: "file") + "/a.wav", .missingInput)
  }

  @Test(.enabled(if: geteuid() != 0)) func `without permission`() throws {
    let path = try folder.write(WaveFixture.bytes([1, 2] as [Int16]), to: "locked.wav")
    chmod(path, 0)
    check(path, .missingInput)
  }

  @Test func `a folder`() { check(folder.path, .badInput) }

  @Test func `empty`() throws { check(try folder.write([], to: "empty.wav"), .badInput) }

  @Test func `text`() throws {
    check(try folder.write(Array("Hello, I am no sound.\n".utf8), to: "text.wav"), .badInput)
  }

  @Test(arguments: [8, 20, 36, 44])
  func `a header without samples`(length: Int) throws {
    let bytes = WaveFixture.bytes([1, 2, 3] as [Int16]).prefix(length)
    check(try folder.write(Array(bytes), to: "header.wav"), .badInput)
  }

  @Test func `no samples`() throws {
    check(try folder.write(WaveFixture.bytes([] as [Int16]), to: "zero.wav"), .badInput)
  }

  @Test func `random bytes`() throws {
    let bytes = noise(count: 5000).map { UInt8(truncatingIfNeeded: Int($0 * 1000)) }
    check(try folder.write(bytes, to: "noise.bin"), .badInput)
  }

  @Test func `an impossible rate`() throws {
    check(
      try folder.write(WaveFixture.bytes(noise(count: 100), sampleRate: 10), to: "slow.wav"),
      .badInput)
  }
}
