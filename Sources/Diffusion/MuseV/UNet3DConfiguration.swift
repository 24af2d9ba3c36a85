public import Weights

/// The shape of MuseV's UNet: a UNet of Stable Diffusion 1.x, and what MuseV trained beside it.
public struct UNet3DConfiguration: Sendable, Equatable {
  /// Which of MuseV's models it is.
  ///
  /// Upstream chooses them by name and lets the name overrule the flags in `config.json`.
  public enum Variant: Sendable, CaseIterable {
    /// `musev`: temporal layers, with one more before the first block.
    case museV
    /// `musev_referencenet` and `musev_referencenet_pose`: an image prompt and reference pictures, too.
    case referenceNet

    /// The variant whose weights these are.
    public init(of weights: WeightScope) {
      self = weights.contains("first_refer_emb_attns.to_q.weight") ? .referenceNet : .museV
    }
  }

  public var spatial: UNetConfiguration
  public var variant: Variant
  /// Whether the network looks at an image prompt's tokens: the larger variant's own, or an IP-Adapter's.
  public var takesImage: Bool
  /// Whether it looks at the tokens of a face, too: IP-Adapter-FaceID's.
  public var takesFace = false

  /// By default the published sizes.
  public init(variant: Variant, spatial: UNetConfiguration = .stableDiffusion1) {
    self.variant = variant
    takesImage = variant == .referenceNet
    self.spatial = spatial
    self.spatial.tokenEpsilon = 0
  }

  /// Reads and checks a `config.json` of class `UNet3DConditionModel`.
  ///
  /// Throws `WeightsError.configuration`.
  public init(_ file: ConfigurationFile, variant: Variant) throws(WeightsError) {
    self.init(
      variant: variant,
      spatial: try UNetConfiguration(
        file, className: "UNet3DConditionModel", ignored: Self.flags,
        harmless: [
          "mid_block_type": [
            .string("UNetMidBlock2DCrossAttn"), .string("UNetMidBlock3DCrossAttn"),
          ]
        ]))
    if file.fields["cross_attention_dim"] == nil {
      spatial.crossAttentionWidth = UNetConfiguration.stableDiffusion1.crossAttentionWidth
    }
    guard variant == .museV || referencesFit else {
      throw .configuration(
        file: file.name,
        reason:
          "\"block_out_channels\" \(spatial.blockOutputChannels) do not fit the order of references"
      )
    }
  }

  /// Which of a reference's pictures go into a block.
  ///
  /// Upstream counts as if all blocks before the last had as many layers as that one, and published models were
  /// trained so: the last gets two of the third's, 7 and 8, of twice its size.
  func references(ofBlock index: Int) -> Range<Int> {
    let layers = spatial.layersPerBlock[index]
    let count = index == spatial.levels - 1 ? layers : layers + 1
    return 1 + count * index..<1 + count * (index + 1)
  }

  private var referencesFit: Bool {
    let widths = spatial.downChannels
    return (0..<spatial.levels).allSatisfy { index in
      let chosen = references(ofBlock: index)
      return chosen.upperBound <= widths.count
        && widths[chosen].allSatisfy { $0 == spatial.blockOutputChannels[index] }
    }
  }

  /// Flags that upstream sets by the model's name, whatever the file says, or that have no effect.
  private static let flags = [
    "temporal_conv_block", "temporal_transformer", "need_spatial_position_emb",
    "need_transformer_in", "need_t2i_ip_adapter", "need_adain_temporal_cond",
    "t2i_ip_adapter_attn_processor", "keep_vision_condtion", "use_anivv1_cfg",
    "resnet_2d_skip_time_act", "need_zero_vis_cond_temb", "norm_spatial_length",
    "spatial_max_length", "need_refer_emb", "ip_adapter_cross_attn",
    "t2i_crossattn_ip_adapter_attn_processor", "need_t2i_facein", "need_t2i_ip_adapter_face",
    "need_vis_cond_mask",
  ]

  /// Width of an image prompt's tokens, nil where the model takes none.
  var imageWidth: Int? { takesImage ? spatial.contextWidth : nil }
  var faceWidth: Int? { takesFace ? spatial.contextWidth : nil }

  /// Width of a frame's position among the frames, embedded.
  var positionWidth: Int { 4 * spatial.blockOutputChannels[0] }
}
