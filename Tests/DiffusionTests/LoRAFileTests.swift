import Compute
import Diffusion
import TestSupport
import Testing
import Weights

@Suite struct LoRAFileTests {
  private let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  private func checkpoint(
    _ tensors: [String: HostTensor], _ metadata: [String: String] = [:], name: String = "a"
  ) throws -> Checkpoint {
    let path = folder.file("\(name).safetensors")
    try SafetensorsWriter.write(tensors, metadata: metadata, to: path, replacing: true)
    return try Checkpoint(path: path)
  }

  private func tensor(_ shape: [Int], from first: Float = 1) -> HostTensor {
    HostTensor(
      shape: shape, values: (0..<shape.reduce(1, *)).map { first + Float($0) * 0.5 })
  }

  /// A network of one linear layer of 3 to 2 and one convolution, all zero.
  private func base() throws -> WeightScope {
    try checkpoint(
      [
        "down_blocks.0.attn1.to_out.0.weight": HostTensor(shape: [2, 3]),
        "down_blocks.0.conv1.weight": HostTensor(shape: [2, 1, 1, 3]),
        "down_blocks.0.norm.weight": HostTensor(shape: [3]),
      ], name: "base"
    ).weights
  }

  private func merged(
    _ tensors: [String: HostTensor], strength: Double = 1, metadata: [String: String] = [:],
    _ name: String = "attn1.to_out.0", shape: [Int] = [2, 3]
  ) throws -> [Float] {
    let (file, weights) = (try LoRAFile(checkpoint(tensors, metadata)), try base())
    let changed = weights.changed(
      by: try file.changes(of: .unet, in: weights, strength: strength))
    return try changed["down_blocks.0"].tensor("\(name).weight", shape: shape).values()
  }

  @Test(arguments: [
    (
      "lora_unet_down_blocks_0_attn1_to_out_0.lora_down",
      "lora_unet_down_blocks_0_attn1_to_out_0.lora_up"
    ),
    ("unet.down_blocks.0.attn1.to_out.0.lora_A", "unet.down_blocks.0.attn1.to_out.0.lora_B"),
    ("unet.down_blocks.0.attn1.to_out.0.lora.down", "unet.down_blocks.0.attn1.to_out.0.lora.up"),
    (
      "unet.down_blocks.0.attn1.processor.to_out_lora.down",
      "unet.down_blocks.0.attn1.processor.to_out_lora.up"
    ),
    (
      "down_blocks.0.attn1.processor.to_out_lora.down",
      "down_blocks.0.attn1.processor.to_out_lora.up"
    ),
    (
      "base_model.model.unet.down_blocks.0.attn1.to_out.0.lora_A.default",
      "base_model.model.unet.down_blocks.0.attn1.to_out.0.lora_B.default"
    ),
  ])
  func `all ways of naming a layer mean the same`(down: String, up: String) throws {
    let tensors = ["\(down).weight": tensor([1, 3]), "\(up).weight": tensor([2, 1], from: 2)]
    #expect(try merged(tensors) == [2, 3, 4, 2.5, 3.75, 5])
    #expect(try merged(tensors, strength: -2) == [-4, -6, -8, -5, -7.5, -10])
  }

  @Test func `alpha over rank scales, wherever it is said`() throws {
    let kohya = "lora_unet_down_blocks_0_attn1_to_out_0"
    let factors = [
      "\(kohya).lora_down.weight": tensor([2, 3]), "\(kohya).lora_up.weight": tensor([2, 2]),
    ]
    let plain = try merged(factors)
    #expect(plain == [4.75, 6.0, 7.25, 8.25, 10.5, 12.75])
    let alpha = factors.merging(["\(kohya).alpha": HostTensor(shape: [1], values: [1])]) { $1 }
    #expect(try merged(alpha) == plain.map { $0 / 2 })
    let remarks = ["lora_adapter_metadata": #"{"unet.lora_alpha": 6, "unet.r": 2}"#]
    #expect(try merged(factors, metadata: remarks) == plain.map { $0 * 3 })
  }

  @Test func `convolutions are changed, in two factors or three`() throws {
    let name = "lora_unet_down_blocks_0_conv1"
    let two = try merged(
      [
        "\(name).lora_down.weight": tensor([1, 1, 1, 3]),
        "\(name).lora_up.weight": tensor([2, 1, 1, 1]),
      ], "conv1", shape: [2, 1, 1, 3])
    #expect(two == [1, 1.5, 2, 1.5, 2.25, 3])
    let three = try merged(
      [
        "\(name).lora_down.weight": tensor([1, 1, 1, 1], from: 2),
        "\(name).lora_mid.weight": tensor([1, 1, 1, 3]),
        "\(name).lora_up.weight": tensor([2, 1, 1, 1]),
      ], "conv1", shape: [2, 1, 1, 3])
    #expect(three == two.map { $0 * 2 })
  }

  @Test(arguments: [
    [
      "lora_unet_down_blocks_0_nowhere.lora_down.weight",
      "lora_unet_down_blocks_0_nowhere.lora_up.weight",
    ],
    ["lora_te1_x.lora_down.weight", "lora_te1_x.lora_up.weight"],
    ["lora_unet_down_blocks_0_conv1.hada_w1_a"], ["conv_in.weight"],
    ["lora_unet_down_blocks_0_attn1_to_out_0.lora_down.weight"], [],
    [
      "lora_unet_down_blocks_0_norm.lora_down.weight",
      "lora_unet_down_blocks_0_norm.lora_up.weight",
    ],
  ])
  func `what is no LoRA for the model is refused`(names: [String]) throws {
    let tensors = Dictionary(uniqueKeysWithValues: names.map { ($0, tensor([1, 1])) })
    let error = try #require(throws: WeightsError.self) { try merged(tensors) }
    #expect("\(error)".contains("LoRA for Stable Diffusion 1.x"), "\(error)")
  }

  @Test func `one for wider layers is refused, and what PEFT does beyond LoRA`() throws {
    let name = "unet.down_blocks.0.attn1.to_out.0"
    let wide = ["\(name).lora_A.weight": tensor([1, 4]), "\(name).lora_B.weight": tensor([2, 1])]
    #expect(throws: WeightsError.self) { try merged(wide) }
    let right = [
      "\(name).lora_A.weight": tensor([1, 3]), "\(name).lora_B.weight": tensor([2, 1]),
    ]
    for remarks in [#"{"unet.use_dora": true}"#, #"{"unet.alpha_pattern": {"a": 1}}"#, "no"] {
      #expect(throws: WeightsError.self) {
        try merged(right, metadata: ["lora_adapter_metadata": remarks])
      }
    }
  }
}
