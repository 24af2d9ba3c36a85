import Batch
import Diffusion
import Face
import Foundation
import MediaTypes
import TestSupport
import Testing

@testable import Runtime

@Suite struct GenerateJobKindTests {
  private func jobs(_ job: String) throws -> [JobSpecification] {
    let folder = try TemporaryFolder()
    for name in ["voice.wav", "face.png", "a.pt", "b.pt"] { try folder.write([1], to: name) }
    let text = "version: 1\njobs:\n- {\(job)}\n"
    let path = try folder.write(Array(text.utf8), to: "batch.yaml")
    return try ManifestReader(kinds: JobKinds.all(), environment: [:]).read(path).jobs
  }

  private func complaints(_ job: String) -> [String] {
    let error = #expect(throws: ManifestError.self) { try jobs(job) }
    return error?.problems.map(\.message) ?? []
  }

  @Test func `a step with every option becomes the request that the command makes`() throws {
    let job = try jobs(
      """
      output: a.mp4, generate: {base: face.png, model: a.pt, prompt: a man, negative_prompt: hats, \
      image: face.png, strength: 1, size: 64x96, seconds: 2.5, fps: 12, crf: 20, loop: true, steps: 9, \
      guidance: 3, sampler: dpm++2m-karras, seed: 5, generator: cuda, clip_skip: 2, \
      embedding: [a.pt, b.pt], checkpoint: a.pt, vae: b.pt, precision: bf16, threads: 2, producer: studio, \
      content_id: n1, no_command_metadata: true, lora: ["a.pt:0.5:lbw=0,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,0.5", b.pt], motion_speed: 3, \
      window: 9, overlap: 2, short_last_window: true, noise: independent, individual_noise: 0.25, \
      picture_noise: 0.5, image_prompt_scale: 2, reference: face.png, image_encoder: a.pt, \
      reference_net: b.pt, video_negative_prompt: cars, picture_steps: 7, picture_guidance: 4, \
      control: ["pose=a.pt:0.5:0-0.6", depth=b.pt], control_image: [face.png, b.pt], guess_mode: true, pose_network: b.pt, \
      pose_parts: "body,face", video: face.png, no_sound: true, restage: true, video_strength: 0.5, pose_alignment: off, pose_smoothing: off, \
      preset: majicmix, noise_file: b.pt, ip_adapter: b.pt, ip_adapter_image: face.png, ip_adapter_scale: 0.5, face_network: b.pt}
      """)[0]
    let described = Set(GenerateJobKind.describe().options.map(\.key))
    #expect(Set(job.steps[0].options.keys) == described.subtracting(["frames", "shot"]))
    // As it comes back from a ledger.
    let step = try JSONDecoder().decode(JobStep.self, from: JSONEncoder().encode(job.steps[0]))
    #expect(GenerateJobKind.key(step) == GenerateJobKind.key(job.steps[0]))
    let request = try GenerateRequest(step, output: job.output)
    #expect(request.prompt == "a man" && request.negativePrompt == "hats" && request.strength == 1)
    #expect(try #require(request.size) == (64, 96) && request.length == .seconds(2.5))
    #expect(
      request.checkpoint != nil && request.rate == Rational(12) && request.crf == 20
        && request.steps == 9)
    #expect(request.guidance == 3 && request.sampler == .dpmPlusPlus2MKarras)
    #expect(request.seed == 5 && request.randomNumbers == .cuda && request.clipSkip == 2)
    #expect(request.precision == .bf16 && request.threads == 2 && !request.replacesOutput)
    #expect(request.provenance.producer == "studio" && request.provenance.contentID == "n1")
    #expect(!request.provenance.recordsCommand)
    let inputs = try VideoJob(job).inputs().map(FilePath.name)
    #expect(
      inputs == ["face.png", "a.pt", "face.png", "a.pt", "b.pt", "b.pt"]
        + ["badhandv4.pt", "ng_deepnegative_v1_75t.pt", "a.pt", "b.pt", "a.pt", "b.pt"]
        + ["face.png", "b.pt", "a.pt", "b.pt", "face.png", "b.pt", "b.pt", "face.png"]
        + ["b.pt", "face.png", "a.pt", "b.pt"])
    #expect(request.ipAdapter.scale == 0.5 && request.ipAdapter.encoder == request.model)
    #expect(request.loops)
    #expect(request.loras.map(\.strength) == [0.5, 1])
    #expect(request.loras.map { $0.blocks?.values.last } == [0.5, nil])
    var museV = MuseVOptions()
    (museV.motionSpeed, museV.window, museV.overlap) = (3, 9, 2)
    (museV.endsWithShortWindow, museV.noise) = (true, .independent)
    (museV.individualNoise, museV.pictureNoise, museV.imagePromptScale) = (0.25, 0.5, 2)
    museV.reference = request.image
    (museV.referenceNet, museV.negativePrompt) = (request.autoencoder, "cars")
    (museV.pictureSteps, museV.pictureGuidance) = (7, 4)
    #expect(request.museV == museV)
    var control = ControlOptions()
    control.choices = [
      ControlChoice(.pose, path: request.model ?? "", strength: 0.5),
      ControlChoice(.depth, path: request.autoencoder ?? ""),
    ]
    control.choices[0].end = 0.6
    (control.guesses, control.poseParts) = (true, [.body, .face])
    control.images = [request.image ?? "", request.autoencoder ?? ""]
    (control.poseNetwork, control.video) = (request.autoencoder, request.image)
    control.leavesSoundOut = true
    (control.restages, control.videoStrength, control.poseAlignment) = (true, 0.5, .off)
    control.poseSmoothing = .off
    #expect(request.control == control)
  }

  @Test func `shots are texts in quotes`() throws {
    let step = try jobs("output: a.mp4, generate: {image: face.png, shot: ['2: nods', '0.5: ']}")[0]
      .steps[0]
    let request = try GenerateRequest(step, output: "/a.mp4")
    #expect(request.shots == [Shot(seconds: 2, prompt: "nods"), Shot(seconds: 0.5, prompt: "")])
    let one = try jobs("output: a.mp4, generate: {image: face.png, shot: '2: nods'}")[0].steps[0]
    #expect(try GenerateRequest(one, output: "/a.mp4").shots.count == 1)
    #expect(GenerateJobKind.key(one) != GenerateJobKind.key(step))
  }

  @Test func `a step with none has the command's defaults`() throws {
    let step = try jobs("output: a.png, generate: {base: face.png, prompt: x, embedding: a.pt}")[0]
      .steps[0]
    let (request, plain) = (
      try GenerateRequest(step, output: "/a.png"), GenerateRequest(output: "/a.png")
    )
    #expect(request.steps == plain.steps && request.guidance == plain.guidance)
    #expect(request.sampler == plain.sampler && request.seed == 0 && request.size == nil)
    #expect(request.embeddings.map(FilePath.name) == ["a.pt"] && request.length == nil)
  }

  @Test func `what decides the picture decides the key, and nothing else`() throws {
    func key(_ options: String) throws -> String {
      GenerateJobKind.key(
        try jobs("output: a.png, generate: {base: a.pt, prompt: x\(options)}")[0].steps[0])
    }
    let different = [
      "", ", seed: 1", ", seed: 9007199254740993", ", seed: 9007199254740992", ", steps: 3",
      ", embedding: a.pt", ", embedding: b.pt", ", embedding: [a.pt, b.pt]", ", image: face.png",
      ", negative_prompt: x", ", model: musev", ", model: a.pt",
      ", lora: a.pt", ", lora: \"a.pt:2\"", ", reference: a.pt", ", window: 10",
      ", control: canny=a.pt, image: a.pt", ", control: depth=a.pt, control_image: b.pt",
      ", control: \"depth=a.pt:0.5\", control_image: b.pt", ", video: a.pt",
    ]
    #expect(Set(try different.map(key)).count == different.count)
    #expect(try key(", threads: 1") == key(", threads: 2"))
  }

  @Test func `generate and speak together are one job, in this order`() throws {
    let both = "speak: {audio: voice.wav}, generate: {prompt: x, base: face.png"
    let job = try jobs("output: o/a.webm, \(both)}")[0]
    #expect(job.steps.map(\.kind) == ["generate", "speak"])
    let video = try VideoJob(job)
    let face = try #require(video.generate?.output)
    #expect(face.hasSuffix("/o/.a.webm.generated.avatar-work/face.png"))
    #expect(video.speak?.avatar == face && video.speak?.output == job.output)
    #expect(try video.inputs().map(FilePath.name) == ["face.png", "voice.wav"])
    let moving = try VideoJob(jobs("output: a.mp4, \(both), seconds: 2}")[0])
    #expect(moving.generate?.output.hasSuffix("/face.mp4") == true)
    let mini = "generate: {image: face.png, prompt: a nod}, speak: {audio: voice.wav}"
    let byMini = try VideoJob(jobs("output: a.mp4, \(mini)")[0])
    #expect(byMini.generate?.output.hasSuffix("/face.mp4") == true)
  }

  @Test(arguments: [
    (
      "output: a.mp4, generate: {base: face.png, prompt: x}, speak: {audio: voice.wav, avatar: face.png}",
      "speak has avatar, which is what generate makes: leave it out"
    ),
    (
      "output: a.png, generate: {base: face.png, prompt: x}, speak: {audio: voice.wav}",
      "output a.png: end its name in .mp4, .m4v, .mov or .webm"
    ),
    (
      "output: a.png, generate: {seed: 1}",
      "generate: say what to draw with prompt, or give a picture with image"
    ),
    (
      "output: a.mp4, generate: {prompt: x, window: 4}",
      "generate: overlap 4: use 0 to 3"
    ),
    (
      "output: a.mp4, generate: {prompt: x, lora: [a.pt:11]}",
      "lora a.pt:11: use a strength of -10 to 10"
    ),
    (
      "output: a.png, generate: {prompt: x, control: [sketch=a.pt]}",
      "control sketch=a.pt: write it as KIND=FOLDER, where KIND is one of pose, canny, map, depth, tile, "
        + "softedge, hed, scribble, lineart, normalbae, seg, mlsd, shuffle"
    ),
    (
      "output: a.png, generate: {prompt: x, control: no=no.pt}",
      "control no=no.pt: write it as KIND=FOLDER, where KIND is one of pose, canny, map, depth, tile, "
        + "softedge, hed, scribble, lineart, normalbae, seg, mlsd, shuffle"
    ),
    (
      "output: a.png, generate: {base: face.png, prompt: x, control: map=no.pt}",
      "control no.pt: no such file: check the path"
    ),
    (
      "output: a.mp4, generate: {prompt: x, restage: true}",
      "generate: restage: repaints a clip's first frame: name the clip with video"
    ),
    (
      "output: a.mp4, generate: {base: face.png, prompt: x, seconds: 1, frames: 9}",
      "seconds and frames do not go together: give one of them"
    ),
    (
      "output: a.mp4, generate: {prompt: x, seconds: 1, shot: '2: nods'}",
      "generate: seconds: each shot says how long it is: leave it out"
    ),
    (
      "output: a.mp4, generate: {prompt: x, shot: ['nods']}",
      "shot nods: write it as SECONDS: PROMPT, as in '2: she nods'"
    ),
    (
      "output: a.png, generate: {prompt: x, size: 65x64}",
      "size 65x64: use multiples of 8 from 16 to 2048"
    ),
    (
      "output: a.png, generate: {base: face.png, prompt: x, embedding: [no.pt]}",
      "embedding no.pt: no such file: check the path"
    ),
    (
      "output: a.mp4, generate: {prompt: nods}",
      "generate: image: mini moves the face of a picture: give one, or name another model with model"
    ),
    (
      "output: a.mp4, generate: {image: face.png, strength: 0.5}",
      "generate: strength 0.5: is for pictures that are drawn anew, and mini keeps the picture's own pixels: leave it out, or name a model with model or base"
    ),
    (
      "output: a.jpg, generate: {base: face.png, prompt: x}",
      "output a.jpg: end its name in .png, .mp4, .m4v, .mov or .webm"
    ),
  ])
  func `what can't be is said`(job: String, complaint: String) {
    #expect(complaints(job) == [complaint])
  }

  @Test func `a step that was never checked is refused`() {
    for options: [String: OptionValue] in [
      [:], ["prompt": .text("")], ["prompt": .text("x"), "size": .text("1x1")],
      ["prompt": .text("x"), "embedding": .text("a")],
    ] {
      let error = #expect(throws: RuntimeError.self) {
        try GenerateRequest(JobStep(kind: "generate", options: options), output: "/a.png")
      }
      #expect(error?.exitCode == .badInput)
    }
  }
}
