import Compute
import TestSupport
import Testing

@testable import Weights

@Suite struct HostilePickleTests {
  typealias Bytes = PickleBytes

  func keys(_ bytes: [UInt8]) throws -> [String] {
    try withGuardedBytes(bytes) { try Checkpoint(staticBytes: $0, name: "model").keys }
  }

  @Test func handMadeFilesAreRead() throws {
    for bytes in [
      TorchBytes.archive(Bytes.dictionary([("x", Bytes.tensor())])),
      TorchBytes.stream(Bytes.dictionary([("x", Bytes.tensor())])),
    ] {
      let tensor = try withGuardedBytes(bytes) {
        try Checkpoint(staticBytes: $0, name: "model").tensor("x")
      }
      #expect(tensor == HostTensor(shape: [2, 2], values: [1, 2, 3, 4]))
    }
  }

  // MARK: Code

  /// Every way in which a pickle can ask for a call: the file is refused and nothing happens.
  @Test func executesNothing() throws {
    let folder = try TemporaryFolder()
    let command = Bytes.text("touch \(folder.file("touched"))")
    let calls: [[UInt8]] = [
      Bytes.call("posix", "system", [command]), Bytes.call("os", "system", [command]),
      Bytes.call("builtins", "eval", [command]), Bytes.call("subprocess", "Popen", [command]),
      // INST, OBJ, NEWOBJ, NEWOBJ_EX, STACK_GLOBAL
      [0x28] + command + Array("iposix\nsystem\n".utf8),
      [0x28] + Bytes.global("posix", "system") + command + [0x6F],
      Bytes.global("posix", "system") + Bytes.tuple([command]) + [0x81],
      Bytes.global("posix", "system") + Bytes.tuple([command]) + [0x7D, 0x92],
      Bytes.text("posix") + Bytes.text("system") + [0x93] + Bytes.tuple([command]) + [0x52],
    ]
    for call in calls {
      let value = Bytes.dictionary([("x", Bytes.tensor()), ("y", call)])
      for bytes in [TorchBytes.archive(value), TorchBytes.stream(value), TorchBytes.archive(call)] {
        #expect(complaint(bytes)?.contains("would call") == true)
      }
    }
    #expect(folder.names == [])
  }

  /// What else is foreign is left alone, and so are the tensors that go through it.
  @Test func leavesForeignObjectsAlone() throws {
    let odd = Bytes.call("secret.module", "make", [Bytes.tensor()])
    let state = Bytes.global("secret", "Thing") + [0x29, 0x81] + Bytes.tensor() + [0x62]
    let bytes = TorchBytes.archive(
      Bytes.dictionary([("a", odd), ("b", state), ("x", Bytes.tensor())]))
    #expect(try keys(bytes) == ["x"])
    #expect(complaint(TorchBytes.archive(odd))?.contains("secret.module.make") == true)
  }

  // MARK: Cycles and bombs

  @Test func walksCyclesOnce() throws {
    // A dictionary that holds itself and a list that holds the dictionary and itself.
    let value: [UInt8] =
      [0x7D, 0x71, 0] + Bytes.text("self") + [0x68, 0, 0x73] + Bytes.text("list")
      + [0x5D, 0x71, 1, 0x68, 1, 0x61, 0x68, 0, 0x61, 0x73] + Bytes.text("x") + Bytes.tensor()
      + [0x73]
    #expect(try keys(TorchBytes.archive(value)) == ["x"])
  }

  static let bombs: [(String, [UInt8])] = [
    ("tuples in tuples", [0x29] + [UInt8](repeating: 0x85, count: 900_000)),
    (
      "lists in lists",
      [UInt8](repeating: 0x5D, count: 900_000) + [UInt8](repeating: 0x61, count: 899_999)
    ),
    ("marks", [UInt8](repeating: 0x28, count: 1_900_000) + [0x4E]),
    ("instructions without end", [UInt8](repeating: 0x4E, count: 3_000_000)),
    ("copies", [0x4E] + [UInt8](repeating: 0x32, count: 3_000_000)),
    ("memo at its far end", [0x5D, 0x72, 0xFF, 0xFF, 0xFF, 0xFF, 0x6A, 0xFF, 0xFF, 0xFF, 0xFF]),
    // Each list holds the one before twice: 2^60 ways to one tensor, or to none.
    ("doubled lists", doubled(PickleBytes.tensor(), 60)),
    ("doubled empty lists", doubled([0x5D], 60)),
    ("doubled lists up to the depth", doubled(PickleBytes.tensor(), 22)),
    ("one name a million times", longNames(count: 300_000)),
    ("text of 4 GiB", [0x58, 0xFF, 0xFF, 0xFF, 0xFF]),
    ("text of 2^63 bytes", [0x8D, 0, 0, 0, 0, 0, 0, 0, 0x80]),
    ("bytes of 2^60", [0x8E, 0, 0, 0, 0, 0, 0, 0, 0x10]),
    ("buffer of 2^60 bytes", [0x96, 0, 0, 0, 0, 0, 0, 0, 0x10]),
    ("integer of 2 GiB", [0x8B, 0xFF, 0xFF, 0xFF, 0x7F]),
    ("integer of fewer than no bytes", [0x8B, 0xFF, 0xFF, 0xFF, 0xFF]),
    ("frame of 2^60 bytes", [0x95, 0, 0, 0, 0, 0, 0, 0, 0x10]),
    (
      "tensor of 2^62 elements",
      PickleBytes.tensor(shape: [1 << 31, 1 << 31], strides: [0, 0])
    ),
    ("tensor of 2^40 elements", PickleBytes.tensor(shape: [1 << 40], strides: [0])),
    (
      "empty tensor of huge sizes",
      PickleBytes.tensor(shape: [1 << 40, 1 << 40, 0], strides: [1, 1, 1])
    ),
    (
      "storage of 2^60 elements",
      PickleBytes.tensor(
        storage: PickleBytes.storage("0", count: 1 << 60), shape: [1 << 60], strides: [1])
    ),
  ]

  private static func doubled(_ value: [UInt8], _ times: Int) -> [UInt8] {
    (0..<times).reduce(value) { inner, _ in
      [0x5D, 0x28] + inner + [0x32, 0x65]
    }
  }

  /// A class of a long name, called again and again.
  private static func longNames(count: Int) -> [UInt8] {
    let name = PickleBytes.text(String(repeating: "x", count: 100_000))
    let calls = (0..<count).flatMap { _ in [0x68, 1, 0x29, 0x52] as [UInt8] }
    return name + [0x71, 0] + [0x68, 0, 0x93, 0x71, 1, 0x30, 0x5D, 0x28] + calls + [0x65]
  }

  @Test(arguments: bombs.map(\.0))
  func refusesBombs(name: String) throws {
    let bomb = Self.bombs.first { $0.0 == name }!.1
    #expect(complaint(TorchBytes.archive(bomb)) != nil)
    #expect(complaint(TorchBytes.stream(bomb)) != nil)
  }

  @Test func bombsTakeLittleMemory() async {
    await #expect(processExitsWith: .success) {
      let before = peakResidentByteCount
      for (name, bomb) in HostilePickleTests.bombs {
        _ = complaint(TorchBytes.archive(bomb))
        let growth = (peakResidentByteCount - before) >> 20
        precondition(growth < 256, "\(name): \(growth) MiB")
      }
    }
  }

  // MARK: Contradictions

  static let nonsense: [([UInt8], String)] = [
    ([], "ends inside"), ([0x30], "takes a value"), ([0x52], "takes a value"),
    ([0x74], "asks for a mark"), ([0x4E, 0x73], "takes a value"), ([0x68, 7], "recalls"),
    ([0x4E, 0x61], "no list"), ([0x4E, 0x4E, 0x61], "no list"),
    ([0x28, 0x4E, 0x30, 0x30, 0x30], "takes a value"),
    ([0x7D, 0x28, 0x4E, 0x75], "without a value"),
    ([0xFF], "no instruction"), ([0x97], "not supported"), ([0x80, 9], "protocol 9"),
    (Array("I12x\n".utf8), "a number expected"), (Array("F1.2.3\n".utf8), "a number expected"),
    (Array("g12\n".utf8), "recalls"), (Array("S\n".utf8), "quotes"),
    (Array("cposix".utf8), "ends inside"),
    ([0x4E, 0x4E, 0x93], "no text"), ([0x28, 0x6F], "without a class"),
  ]

  @Test(arguments: nonsense)
  func refusesNonsense(value: [UInt8], saying: String) throws {
    // The value stands at the end of the archive's pickle, without its STOP where it should end early.
    let zip = ZipBytes(files: [
      .init(name: "data.pkl", bytes: [0x80, 2] + value + (value.isEmpty ? [] : [0x2E]))
    ])
    let complaint = complaint(zip.bytes)
    #expect(complaint?.contains(saying) == true, "\(complaint ?? "accepted")")
  }

  static let impossible: [([UInt8], String)] = [
    (Bytes.tensor(offset: -1), "beyond its storage"),
    (Bytes.tensor(offset: 1), "beyond its storage"),
    (Bytes.tensor(offset: .max), "beyond its storage"),
    (Bytes.tensor(shape: [-2, -2]), "beyond its storage"),
    (Bytes.tensor(shape: [4, 2]), "beyond its storage"),
    (Bytes.tensor(strides: [-1, 1]), "beyond its storage"),
    (Bytes.tensor(strides: [.max, .max]), "beyond its storage"),
    (Bytes.tensor(shape: [2], strides: [1, 1]), "beyond its storage"),
    (Bytes.tensor(storage: Bytes.storage("0", count: 5)), "16 bytes for 5"),
    (
      Bytes.tensor(storage: Bytes.storage("0", count: 4, type: "DoubleStorage")), "16 bytes for 4"
    ),
    (Bytes.tensor(storage: Bytes.storage("1", count: 4)), "\"x/data/1\" is missing"),
    (Bytes.tensor(storage: Bytes.storage("../x", count: 4)), "is missing"),
    (Bytes.tensor(storage: Bytes.storage("0", count: -4)), "holds no tensors"),
    (
      Bytes.tensor(storage: Bytes.storage("0", count: 4, type: "QInt8Storage")),
      "holds no tensors"
    ),
    (Bytes.tensor(shape: Array(repeating: 1, count: 17)), "holds no tensors"),
  ]

  @Test(arguments: impossible)
  func refusesTensorsThatCannotBe(tensor: [UInt8], saying: String) throws {
    let complaint = complaint(TorchBytes.archive(Bytes.dictionary([("t", tensor)])))
    #expect(complaint?.contains(saying) == true, "\(complaint ?? "accepted")")
  }

  @Test func refusesTwoTensorsOfOneName() throws {
    let value = Bytes.dictionary([
      ("a.b", Bytes.tensor()), ("a", Bytes.dictionary([("b", Bytes.tensor())])),
    ])
    #expect(complaint(TorchBytes.archive(value))?.contains("two tensors") == true)
  }

  /// In a dictionary of Python the last entry of a name counts.
  @Test func takesTheLastOfEqualNames() throws {
    let value = Bytes.dictionary([
      ("a", Bytes.tensor()), ("a", Bytes.tensor(offset: 3, shape: [1], strides: [1])),
    ])
    let tensor = try withGuardedBytes(TorchBytes.archive(value)) {
      try Checkpoint(staticBytes: $0, name: "model").tensor("a")
    }
    #expect(tensor == HostTensor(shape: [1], values: [4]))
  }
}
