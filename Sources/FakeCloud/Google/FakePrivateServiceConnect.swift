import Connectivity
import ControlPlane

/// Drives the fake Google. Names derive from our ids, labels tell what is ours.
struct FakePrivateServiceConnect: CloudBackend {
    let cloud: FakeCloud

    func networks(of account: CloudAccount) async throws(CloudError) -> [NetworkSighting] {
        try await cloud.call(.networks, at: .gcp) { state throws(CloudError) in
            try state.requireEntry(toProject: account.nativeID)
            return state.networkSightings(of: account.nativeID)
        }
    }

    func observe(_ target: ServiceTarget) async throws(CloudError) -> ServiceObservation? {
        try await cloud.call(.observeService, at: .gcp) { state throws(CloudError) in
            try state.requireEntry(toProject: target.account.nativeID)
            guard let attachment = state.attachment(of: target.service, in: target.account) else { return nil }
            return ServiceObservation(
                nativeID: attachment.uri, serviceName: attachment.uri, condition: .usable,
                warnings: attachment.warnings, connections: state.connections(of: attachment))
        }
    }

    func ensurePublished(_ target: ServiceTarget) async throws(CloudError) {
        guard case .published(let blueprint) = target.service.origin else { return }
        try await cloud.call(.publish, at: .gcp) { state throws(CloudError) in
            guard state.attachment(of: target.service, in: target.account) == nil else { return }
            _ = try state.insertAttachment(
                target.service.attachmentName, project: target.account.nativeID, region: target.service.region,
                blueprint: blueprint,
                settings: AttachmentPatch(preference: .manual, reconcilesConnections: true),
                label: target.service.id.text)
        }
    }

    func ensureUnpublished(_ target: ServiceTarget) async throws(CloudError) {
        guard case .published = target.service.origin else { return }
        try await cloud.call(.unpublish, at: .gcp) { state throws(CloudError) in
            try state.requireEntry(toProject: target.account.nativeID)
            guard let attachment = state.attachment(of: target.service, in: target.account) else { return }
            try state.deleteAttachment(attachment.uri)
        }
    }

    func observe(_ target: EndpointTarget) async throws(CloudError) -> EndpointObservation {
        try await cloud.call(.observeEndpoint, at: .gcp) { state throws(CloudError) in
            try state.requireEntry(toProject: target.producer.nativeID)
            return state.observation(ofPSC: target)
        }
    }

    func ensureAdmitted(_ target: EndpointTarget, limit: Int) async throws(CloudError) {
        try await cloud.call(.admit, at: .gcp) { state throws(CloudError) in
            let attachment = try state.requiredAttachment(of: target)
            guard attachment.preference == .manual else { return }
            guard let subject = attachment.subject(for: target) else {
                throw state.googleError(
                    .conflict, "invalid", "The accept list of '\(attachment.uri)' names single endpoints.")
            }
            guard !attachment.refuses(target) else {
                throw state.googleError(
                    .conflict, "invalid",
                    "The reject list of '\(attachment.uri)' names '\(target.consumer.nativeID)'.")
            }
            var list = attachment.acceptList
            if let index = list.firstIndex(where: { $0.subject == subject }) {
                guard list[index].limit < limit else { return }
                list[index].limit = limit
            } else {
                list.append(.init(subject: subject, limit: max(1, limit)))
            }
            try state.patchAttachment(
                attachment.uri, fingerprint: attachment.fingerprint, AttachmentPatch(acceptList: list))
        }
    }

    func ensureExpelled(_ target: EndpointTarget, remaining: Int) async throws(CloudError) {
        try await cloud.call(.expel, at: .gcp) { state throws(CloudError) in
            guard let attachment = state.attachment(of: target.service, in: target.producer),
                let subject = attachment.subject(for: target),
                let index = attachment.acceptList.firstIndex(where: { $0.subject == subject })
            else { return }
            var list = attachment.acceptList
            guard remaining < list[index].limit else { return }
            if remaining > 0 {
                list[index].limit = remaining
            } else {
                list.remove(at: index)
            }
            try state.patchAttachment(
                attachment.uri, fingerprint: attachment.fingerprint, AttachmentPatch(acceptList: list))
        }
    }

    func ensureEndpoint(_ target: EndpointTarget, token: String) async throws(CloudError) {
        try await cloud.call(.createEndpoint, at: .gcp) { state throws(CloudError) in
            try state.ensureForwardingRule(for: target, token: token)
        }
    }

    func ensureAccepted(_ target: EndpointTarget, connection nativeID: String) async throws(CloudError) {
        try await cloud.call(.accept, at: .gcp) { state throws(CloudError) in
            let attachment = try state.requiredAttachment(of: target)
            let name = GoogleName.canonical(nativeID)
            guard let endpoint = state.endpoints[name], endpoint.serviceNativeID == attachment.uri,
                endpoint.accountNativeID == target.consumer.nativeID
            else { throw state.googleNotFound(name) }
            let status = endpoint.status(at: state.now)
            switch status.flatMap(PSCStatus.init) {
            case .rejected, .closed:
                throw state.googleError(
                    .conflict, "invalid", "The connection of '\(name)' is \(status ?? "gone").")
            case .pending, .accepted, .needsAttention, nil:
                // The list decides: who is on it with room is let in, and `ensureAdmitted` put it there.
                break
            }
        }
    }

    func ensureRejected(_ target: EndpointTarget, connection nativeID: String) async throws(CloudError) {
        try await cloud.call(.reject, at: .gcp) { state throws(CloudError) in
            let name = GoogleName.canonical(nativeID)
            guard let endpoint = state.endpoints[name], endpoint.accountNativeID == target.consumer.nativeID,
                let status = endpoint.status(at: state.now).flatMap(PSCStatus.init), status != .rejected,
                status != .closed
            else { return }
            throw state.googleError(
                .invalid, "invalid",
                "A list of projects cannot cut '\(name)' alone: delete it in the consumer's project.")
        }
    }

    func ensureEndpointAbsent(_ target: EndpointTarget) async throws(CloudError) {
        guard target.endpoint.mode == .managed else { return }
        try await cloud.call(.deleteEndpoint, at: .gcp) { state throws(CloudError) in
            try state.requireEntry(toProject: target.consumer.nativeID)
            if let rule = state.forwardingRule(of: target) { try state.deleteForwardingRule(rule.nativeID) }
            // The address can go only after the rule; until then a later look finds it and asks again.
            guard state.forwardingRule(of: target) == nil, let held = state.reservation(of: target) else { return }
            try state.deleteAddress(held.nativeID)
        }
    }
}
