import Compute
import Testing

@testable import Weights

/// Zip archives and streams that lie about themselves.
@Suite struct HostileTorchFileTests {
  typealias Bytes = PickleBytes
  static let value = Bytes.dictionary([("x", Bytes.tensor())])

  @Test func readsZip64AndAnyFolder() throws {
    let archives = [
      TorchBytes.archive(Self.value) { $0.usesZip64 = true },
      TorchBytes.archive(Self.value) { $0.comment = "PK\u{5}\u{6} made by hand" },
      TorchBytes.archive(Self.value) { zip in
        for index in zip.files.indices { zip.files[index].name.removeFirst(2) }
      },
      TorchBytes.archive(Self.value) { zip in
        for index in zip.files.indices { zip.files[index].name = "a/b/" + zip.files[index].name }
      },
    ]
    for archive in archives { #expect(complaint(archive) == nil) }
  }

  /// What is done to an intact archive, and what the reader says to it.
  struct Lie: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let saying: String
    let change: @Sendable (inout ZipBytes) -> Void

    init(_ what: String, _ saying: String, _ change: @escaping @Sendable (inout ZipBytes) -> Void) {
      testDescription = what
      self.saying = saying
      self.change = change
    }
  }

  static let lies: [Lie] = [
    Lie("compressed", "is compressed") { $0.files[2].method = 8 },
    Lie("encrypted", "is encrypted") { $0.files[2].flags = 1 },
    Lie("encrypted pickle", "is encrypted") { $0.files[0].flags = 1 },
    Lie("longer than the file", "points outside") { $0.files[2].claimedByteCount = 1 << 20 },
    Lie("of 2^60 bytes", "outside") {
      ($0.files[2].claimedByteCount, $0.usesZip64) = (1 << 60, true)
    },
    Lie("far away", "outside") { ($0.files[2].claimedOffset, $0.usesZip64) = (1 << 62, true) },
    Lie("before the start", "outside") { ($0.files[2].claimedOffset, $0.usesZip64) = (-1, true) },
    Lie("over its neighbour", "overlap") { $0.files[2].claimedByteCount = 30 },
    Lie("in another's place", "another file") { $0.files[2].claimedOffset = 0 },
    Lie("twice", "two files") { $0.files.append($0.files[2]) },
    Lie("same bytes twice", "two files") {
      ($0.files[3].claimedOffset, $0.files[3].claimedName) = (0, "x/data.pkl")
    },
    Lie("more files than there are", "outside") { $0.claimedFileCount = 60_000 },
    Lie("2^60 files", "outside") { ($0.claimedFileCount, $0.usesZip64) = (1 << 60, true) },
    Lie("directory far away", "outside") { $0.claimedDirectoryOffset = 1 << 30 },
    Lie("directory inside itself", "outside") { $0.claimedDirectoryOffset = 300 },
    Lie("no files", "without PyTorch's weights") { $0.files = [] },
    Lie("no pickle", "without PyTorch's weights") { $0.files.removeFirst() },
    Lie("two pickles", "without PyTorch's") {
      $0.files.append(.init(name: "y/data.pkl", bytes: []))
    },
    Lie("odd order of bytes", "order of bytes") { $0.files[1].bytes = Array("middle".utf8) },
    Lie("no storage", "is missing") { $0.files.remove(at: 2) },
    Lie("short storage", "15 bytes for 4") { $0.files[2].bytes.removeLast() },
    Lie("TorchScript", "TorchScript") {
      $0.files.append(.init(name: "x/constants.pkl", bytes: []))
    },
    Lie("NumPy", "NumPy") { $0.files = [.init(name: "a.npy", bytes: [])] },
    Lie("packed weights", "unpack it") {
      $0.files = [.init(name: "a/model.safetensors", bytes: [])]
    },
  ]

  @Test(arguments: lies)
  func refusesArchives(lie: Lie) throws {
    let complaint = complaint(TorchBytes.archive(Self.value, lie.change))
    #expect(complaint?.contains(lie.saying) == true, "\(complaint ?? "accepted")")
  }

  static let streams: [([UInt8], String)] = [
    (TorchBytes.stream(value, version: 1000), "unknown version"),
    (TorchBytes.stream(value, keys: []), "storage 0 is missing"),
    (TorchBytes.stream(value, keys: ["0", "1"]), "storage 1 has no size"),
    (TorchBytes.stream(value, count: 5), "5 elements and not 4"),
    (TorchBytes.stream(value, count: -1), "elements and not 4"),
    (
      TorchBytes.stream(
        Bytes.dictionary([
          ("x", Bytes.tensor()), ("y", Bytes.tensor(storage: Bytes.storage("0", count: 5))),
        ])), "two ways"
    ),
    (Bytes.pickle(value), "PyTorch did not write"),
    (Bytes.pickle([0x4E]), "PyTorch did not write"),
  ]

  @Test(arguments: streams)
  func refusesStreams(bytes: [UInt8], saying: String) throws {
    let complaint = complaint(bytes)
    #expect(complaint?.contains(saying) == true, "\(complaint ?? "accepted")")
  }

  @Test func saysHowMuchIsMissing() throws {
    let tensor = Bytes.tensor(storage: Bytes.storage("0", count: 1000), shape: [1000], strides: [1])
    let numbers = [UInt8](repeating: 0, count: 4000)
    let stream = TorchBytes.stream(
      Bytes.dictionary([("x", tensor)]), count: 1000, storage: numbers)
    let cut = complaint(Array(stream.dropLast(1234)))
    #expect(cut?.contains("of \(stream.count) bytes, 1234 are missing") == true, "\(cut ?? "")")
    let archive = TorchBytes.archive(Bytes.dictionary([("x", tensor)]), storage: numbers)
    let short = complaint(Array(archive.prefix(2000)))
    #expect(short?.contains("are missing: download it again") == true, "\(short ?? "")")
  }

  /// However much of a file arrived, it is refused without a crash.
  @Test func refusesEveryBeginning() throws {
    for whole in [TorchBytes.archive(Self.value), TorchBytes.stream(Self.value)] {
      for count in 0..<whole.count {
        #expect(complaint(Array(whole.prefix(count))) != nil, "\(count)")
      }
    }
  }

  static let otherFiles: [([UInt8], String)] = [
    (Array("GGUF".utf8) + [3, 0, 0, 0], "GGUF"), ([0x1F, 0x8B, 8, 0], "gzip"),
    (Array("\u{89}HDF\r\n".unicodeScalars.map { UInt8($0.value) }), "HDF5"),
    (Array("\u{93}NUMPY\u{1}".unicodeScalars.map { UInt8($0.value) }), "NumPy"),
    ([0x08, 0x07, 0x12, 0x07] + Array("pytorch".utf8), "ONNX"),
    (Array("<?xml version=\"1.0\"?><net>".utf8), "XML"),
    ([UInt8](repeating: 0, count: 257) + Array("ustar\u{0}00".utf8) + [0, 0], "tar"),
    (Array("Invalid username or password.".utf8), "\"Invalid username or password.\""),
    (Array("{\"error\": \"not found\"}".utf8), "JSON"),
  ]

  @Test(arguments: otherFiles)
  func namesOtherFiles(bytes: [UInt8], saying: String) throws {
    let complaint = complaint(bytes)
    #expect(complaint?.contains(saying) == true, "\(complaint ?? "accepted")")
  }
}
