/// Fitted by `Training/speech/voice_activity.py`: what each of the network's nine outputs says about a voice.
enum VoiceActivityWeights {
  static let bias: Float = -6.60891
  /// [4, 9]: the output itself, its mean, its deviation, its mean change.
  static let values: [Float] = [
    -0.01384, -0.67168, -0.36315, -0.06607, -0.15723, -0.13406, 0.18516, 0.03018, 0.34132,
    0.73792, 0.63872, -0.25209, 0.38369, 0.29422, -0.12444, 0.34230, -0.01680, 0.68881,
    1.48625, 4.28243, 0.09779, -0.59161, 0.37210, -0.32288, 0.90668, 0.63726, 0.36212,
    3.78672, 30.92681, -2.55495, 0.64998, 1.67366, 10.63673, 2.60986, -0.12768, -8.19532,
  ]
}
