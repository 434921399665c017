import CloudTransport
import Connectivity
import ControlPlane

/// Edits accept lists that others edit too: read, change only our entry, patch with the fingerprint that was read; and
/// if somebody was faster, read again. So no entry that another wrote is ever lost.
struct AttachmentEditor: Sendable {
    let api: ComputeAPI

    /// Another writer cannot well be faster so many times; if one is, the reconciler comes back.
    private static let attempts = 12

    /// - Parameters:
    ///   - step: tells this change from all others; the fingerprint tells attempts on different lists apart.
    ///   - change: the whole new list; nil: it is as it should be. May be asked again and again.
    func edit(
        _ path: ResourcePath, as party: Party, step: [String],
        _ change: (ServiceAttachment) async throws(CloudError) -> [AcceptEntry]?
    ) async throws(CloudError) {
        let patience = Patience(api)
        var told: [String] = []
        for attempt in 1...Self.attempts {
            guard let attachment = try await api.find(ServiceAttachment.self, path, as: party) else {
                throw CloudError(
                    kind: .notFound, cloudCode: "notFound", message: "The service attachment \(path) does not exist.",
                    side: party.side)
            }
            guard let list = try await change(attachment) else { return }
            let patch = AcceptListPatch(of: attachment, consumerAcceptLists: list)
            do throws(CloudError) {
                let operation = try await api.begin(
                    .patch, "\(path)", body: encoded(patch),
                    step: step + [attachment.id ?? "", patch.fingerprint] + told, as: party)
                guard try await patience.follow(operation, in: path, as: party), operation.isDone else { return }
                // Done at once: mostly the tale of an earlier edit, which somebody has undone since. The fingerprint tells
                // what is in the list, so it is the old one again. Another look tells whether there is still a wish.
                told = [operation.name]
            } catch let error where error.isEditCollision {
                guard !patience.isOver else { break }
                await patience.pause(after: attempt)
            }
        }
        throw CloudError(
            kind: .unavailable, cloudCode: "conditionNotMet",
            message:
                "Somebody else keeps changing the accept list of \(path). Find out what does: Postern tries again, "
                + "and loses no entry of theirs.", side: party.side)
    }
}
