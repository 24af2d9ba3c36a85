extension StateDictionary {
  /// Why a network cannot take its weights from here; nil if it may.
  var complaint: String? {
    if tensors.isEmpty {
      guard case .object(let index) = pickle.graph.root,
        let name = pickle.graph.name(pickle.graph.objects[index].callable)
      else { return "it holds no tensors: get the file with the weights" }
      return "it holds an object of class \(name), which only that code could read, instead of a "
        + "dictionary of tensors: save its state_dict()"
    }
    if tensors.keys.allSatisfy(Self.isOptimizerState) {
      return "it holds an optimizer's state and no weights: get the file with the weights"
    }
    return nil
  }

  /// Whether `key` is like `optimizer.state.0.exp_avg`: optimizers number the parameters.
  private static func isOptimizerState(_ key: String) -> Bool {
    let parts = key.split(separator: ".")
    return zip(parts, parts.dropFirst()).contains { $0 == "state" && Int($1) != nil }
  }
}
