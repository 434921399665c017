import CloudTransport
import Connectivity
import ControlPlane

/// What `setLabels` works on, by a fingerprint of the labels alone. A forwarding rule of an endpoint takes labels only
/// once it is there.
protocol Labelled: Decodable, Sendable {
    var id: String? { get }
    var labels: [String: String]? { get }
    var labelFingerprint: String? { get }
}

extension Address: Labelled {}
extension ForwardingRule: Labelled {}

extension GooglePSCBackend {
    private static let labelAttempts = 8

    /// `setLabels`: adds our label to those that others set meanwhile.
    func label<Resource: Labelled>(
        _ seen: Resource, at path: ResourcePath, of target: EndpointTarget, _ patience: Patience
    ) async throws(CloudError) {
        let value = target.endpoint.id.text
        var resource = seen
        var told: [String] = []
        for attempt in 1...Self.labelAttempts {
            guard resource.labels?[Self.label] != value else { return }
            var labels = resource.labels ?? [:]
            labels[Self.label] = value
            let body = try encoded(LabelsRequest(labels: labels, labelFingerprint: resource.labelFingerprint))
            do throws(CloudError) {
                let operation = try await api.begin(
                    .post, "\(path)/setLabels", body: body,
                    step: [value, "label", path.collection, resource.id ?? "", resource.labelFingerprint ?? ""] + told,
                    as: .consumer(target.consumer))
                guard try await patience.follow(operation, in: path, as: .consumer(target.consumer)), operation.isDone
                else {
                    return
                }
                // Done at once: mostly the tale of an earlier one, and somebody has taken the label off since.
                told = [operation.name]
            } catch let error where error.isEditCollision && attempt < Self.labelAttempts {
                await patience.pause(after: attempt)
            }
            guard let again = try await api.find(Resource.self, path, as: .consumer(target.consumer)) else { return }
            resource = again
        }
        guard resource.labels?[Self.label] != value else { return }
        throw CloudError(
            kind: .unavailable, cloudCode: "conditionNotMet",
            message:
                "Somebody keeps taking the label \(Self.label) off \(path). Find out what does: Postern tries again.",
            side: .consumer)
    }
}
