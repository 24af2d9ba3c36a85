import Compute
import MediaTypes
import Testing

private struct Unreadable: AvatarError {
  let description = "the file ended early"
  let exitCode = ExitCode.inputOutputError
}

@Suite struct PlanTests {
  private let device = ReferenceDevice()

  @Test("named inputs and outputs; a constant used twice is one constant")
  func signature() throws {
    let recorder = PlanRecorder(name: "sum")
    let x = recorder.input("x", [2])
    let constant = Constant(HostTensor(shape: [2], values: [1, 2]))
    let sum = x + recorder.constant(constant) + x.constant(constant)
    recorder.output("sum", sum)
    recorder.output("x", x)
    let compiled = try device.compile(recorder.finish(), precision: .auto)
    #expect(compiled.precision == .fp32)
    let result = try compiled.run(["x": HostTensor(shape: [2], values: [10, 20])])
    #expect(result["sum"]?.values == [12, 24])
    #expect(result["x"]?.values == [10, 20])
  }

  @Test("wrong inputs are named")
  func wrongInputs() throws {
    let recorder = PlanRecorder(name: "identity")
    recorder.output("y", recorder.input("x", [1, 2]))
    let compiled = try device.compile(recorder.finish(), precision: .fp32)
    #expect(throws: ComputeError.missingInput(plan: "identity", name: "x")) {
      try compiled.run([:])
    }
    let x = HostTensor(shape: [1, 2])
    #expect(throws: ComputeError.unknownInput(plan: "identity", name: "z")) {
      try compiled.run(["x": x, "z": x])
    }
    let expected = ComputeError.shape(
      plan: "identity", name: "x", expected: [1, 2], found: [2, 1])
    #expect(throws: expected) { try compiled.run(["x": HostTensor(shape: [2, 1])]) }
    #expect(expected.exitCode == .badInput && !expected.description.contains("\n"))
  }

  @Test("a tensor without elements is an error of its input, on every device")
  func emptyTensors() throws {
    let recorder = PlanRecorder(name: "identity")
    recorder.output("y", recorder.input("x", [2, 3]))
    for device in [device, try CPUDevice(threads: 1)] as [any Device] {
      let compiled = try device.compile(recorder.finish(), precision: .fp32)
      for shape in [[0], [2, 0], [0, 3], [2, 3, 0]] {
        let expected = ComputeError.shape(
          plan: "identity", name: "x", expected: [2, 3], found: shape)
        #expect(throws: expected) { try compiled.run(["x": HostTensor(shape: shape)]) }
        var outputs = [HostTensor(shape: shape)]
        #expect(throws: ComputeError.self) {
          try compiled.run([HostTensor(shape: [2, 3])], into: &outputs)
        }
      }
    }
  }

  @Test("axes without elements are programming errors while a plan is recorded")
  func emptyAxes() async {
    await #expect(processExitsWith: .failure) {
      _ = PlanRecorder(name: "net").input("x", [2, 0])
    }
    await #expect(processExitsWith: .failure) {
      _ = PlanRecorder(name: "net").input("x", [1, 1, 4, 4]).resizeBilinear(height: 0, width: 4)
    }
  }

  @Test("a failing loader's reason and exit code arrive at compile time")
  func unreadableConstant() {
    let recorder = PlanRecorder(name: "net")
    let lazy = Constant(shape: [3]) { throw Unreadable() }
    recorder.output("y", recorder.input("x", [3]) * recorder.constant(lazy))
    let plan = recorder.finish()
    let expected = ComputeError.constant(
      plan: "net", shape: [3], reason: "the file ended early", exitCode: .inputOutputError)
    #expect(throws: expected) { try device.compile(plan, precision: .fp32) }
    let short = PlanRecorder(name: "net")
    short.output("y", short.constant(Constant(shape: [3]) { [1] }))
    #expect(throws: ComputeError.self) { try device.compile(short.finish(), precision: .fp32) }
  }

  @Test("the oracle refuses bf16 rather than computing something else")
  func referencePrecision() {
    let recorder = PlanRecorder(name: "identity")
    recorder.output("y", recorder.input("x", [1]))
    #expect(throws: ComputeError.self) {
      try device.compile(recorder.finish(), precision: .bf16)
    }
  }

  @Test func floatingPointOperations() {
    let recorder = PlanRecorder(name: "net")
    let weight = Constant(HostTensor(shape: [4, 2, 3, 3]))
    recorder.output("y", recorder.input("x", [1, 2, 5, 5]).conv2d(weight: weight))
    let plan = recorder.finish()
    #expect(plan.floatingPointOperations == 2 * 4 * 9 * 18)
    #expect(plan.operatorCounts == ["convolution": 1])
  }

  @Test("shapes that do not fit stop the program with both shapes in the message")
  func preconditions() async {
    await #expect(processExitsWith: .failure) {
      let recorder = PlanRecorder(name: "net")
      _ = recorder.input("x", [2, 3]) + recorder.input("y", [2, 4])
    }
  }
}
