public import Connectivity
import ControlPlane

/// What every `CloudBackend` promises, tried on a rig. The cases enumerate themselves:
///
///     @Test(arguments: …) func keeps(_ promise: CloudBackendContract.Promise) async throws {
///         try await CloudBackendContract(rig).check(promise)
///     }
public struct CloudBackendContract: Sendable {
    public enum Promise: String, CaseIterable, Sendable {
        // Endpoints
        case managedEndpointReachesServing
        case repeatedCreationGivesOne
        case lostReplyOfCreationGivesOne
        case racingCreationsGiveOne
        case deletedByHandIsMadeAgain
        case deletingWhatIsGoneSucceeds
        case teardownLeavesNothing
        case teardownDuringCreationLeavesNothing
        case foreignEndpointOfOurNameStays
        case siblingStaysWhenOneGoes
        // Addresses and options
        case requestedAddressIsGiven
        case requestedAddressInUseIsConflict
        case addressOutsideSubnetIsInvalid
        case fullSubnetIsConflict
        case missingSubnetIsNotFound
        case globalAccessIsHonoured
        case furtherSubnetsGetAddresses
        case securityGroupsAreHonoured
        case privateDNSComesAfterAcceptance
        case strangeZoneIsInvalid
        // Admission
        case repeatedAdmissionGivesOneEntry
        case admissionNeverLowersALimit
        case admissionsOfOthersStay
        case racingAdmissionsBothStay
        case lostReplyOfAdmissionIsRepeated
        case expulsionShrinksThenRemoves
        case expellingWhoIsGoneSucceeds
        case openDoorStaysOpenAndClosingEnds
        case refusalShows
        // Connections
        case onlyTheExactConnectionIsAccepted
        case acceptingAgainSucceeds
        case rejectingAgainSucceeds
        case rejectingWhatIsGoneSucceeds
        case revocationBites
        case revocationBitesWhereTheConsumerBarsPostern
        case siblingStaysWhereTheConsumerBarsPostern
        case selfManagedIsRecognisedByExactID
        case selfManagedIsNeverDeleted
        case rejectionByHandShows
        case unknownStatusIsTold
        case unrequestedConnectionsAreCounted
        case roomTakenByAStrangerShows
        case whoWaitsUninvitedGetsNoRoom
        case whoWaitsUninvitedDisturbsNobody
        case whoIsInvitedIsNoStranger
        // Services and networks
        case adoptedServiceIsSeen
        case missingServiceIsToldApart
        case deletedServiceStillLetsEndpointsClose
        case publishingGivesOneUsableService
        case publishedServiceServes
        case unpublishingRemovesOursAlone
        case networksComeWithRangesAndSubnets
        // Errors
        case throttlingIsClassed
        case unavailabilityIsClassed
        case denialIsClassed
    }

    let rig: any BackendRig

    public init(_ rig: any BackendRig) { self.rig = rig }

    /// - Throws: `ContractFailure`, or what the backend or the rig throws; a promise may also be found broken by `#expect`.
    public func check(_ promise: Promise) async throws {
        switch promise {
        case .managedEndpointReachesServing: try await managedEndpointReachesServing()
        case .repeatedCreationGivesOne: try await repeatedCreationGivesOne()
        case .lostReplyOfCreationGivesOne: try await lostReplyOfCreationGivesOne()
        case .racingCreationsGiveOne: try await racingCreationsGiveOne()
        case .deletedByHandIsMadeAgain: try await deletedByHandIsMadeAgain()
        case .deletingWhatIsGoneSucceeds: try await deletingWhatIsGoneSucceeds()
        case .teardownLeavesNothing: try await teardownLeavesNothing()
        case .teardownDuringCreationLeavesNothing: try await teardownDuringCreationLeavesNothing()
        case .foreignEndpointOfOurNameStays: try await foreignEndpointOfOurNameStays()
        case .siblingStaysWhenOneGoes: try await siblingStaysWhenOneGoes()
        case .requestedAddressIsGiven: try await requestedAddressIsGiven()
        case .requestedAddressInUseIsConflict: try await requestedAddressInUseIsConflict()
        case .addressOutsideSubnetIsInvalid: try await addressOutsideSubnetIsInvalid()
        case .fullSubnetIsConflict: try await fullSubnetIsConflict()
        case .missingSubnetIsNotFound: try await missingSubnetIsNotFound()
        case .globalAccessIsHonoured: try await globalAccessIsHonoured()
        case .furtherSubnetsGetAddresses: try await furtherSubnetsGetAddresses()
        case .securityGroupsAreHonoured: try await securityGroupsAreHonoured()
        case .privateDNSComesAfterAcceptance: try await privateDNSComesAfterAcceptance()
        case .strangeZoneIsInvalid: try await strangeZoneIsInvalid()
        case .repeatedAdmissionGivesOneEntry: try await repeatedAdmissionGivesOneEntry()
        case .admissionNeverLowersALimit: try await admissionNeverLowersALimit()
        case .admissionsOfOthersStay: try await admissionsOfOthersStay()
        case .racingAdmissionsBothStay: try await racingAdmissionsBothStay()
        case .lostReplyOfAdmissionIsRepeated: try await lostReplyOfAdmissionIsRepeated()
        case .expulsionShrinksThenRemoves: try await expulsionShrinksThenRemoves()
        case .expellingWhoIsGoneSucceeds: try await expellingWhoIsGoneSucceeds()
        case .openDoorStaysOpenAndClosingEnds: try await openDoorStaysOpenAndClosingEnds()
        case .refusalShows: try await refusalShows()
        case .onlyTheExactConnectionIsAccepted: try await onlyTheExactConnectionIsAccepted()
        case .acceptingAgainSucceeds: try await acceptingAgainSucceeds()
        case .rejectingAgainSucceeds: try await rejectingAgainSucceeds()
        case .rejectingWhatIsGoneSucceeds: try await rejectingWhatIsGoneSucceeds()
        case .revocationBites: try await revocationBites()
        case .revocationBitesWhereTheConsumerBarsPostern: try await revocationBitesWhereTheConsumerBarsPostern()
        case .siblingStaysWhereTheConsumerBarsPostern: try await siblingStaysWhereTheConsumerBarsPostern()
        case .selfManagedIsRecognisedByExactID: try await selfManagedIsRecognisedByExactID()
        case .selfManagedIsNeverDeleted: try await selfManagedIsNeverDeleted()
        case .rejectionByHandShows: try await rejectionByHandShows()
        case .unknownStatusIsTold: try await unknownStatusIsTold()
        case .unrequestedConnectionsAreCounted: try await unrequestedConnectionsAreCounted()
        case .roomTakenByAStrangerShows: try await roomTakenByAStrangerShows()
        case .whoWaitsUninvitedGetsNoRoom: try await whoWaitsUninvitedGetsNoRoom()
        case .whoWaitsUninvitedDisturbsNobody: try await whoWaitsUninvitedDisturbsNobody()
        case .whoIsInvitedIsNoStranger: try await whoIsInvitedIsNoStranger()
        case .adoptedServiceIsSeen: try await adoptedServiceIsSeen()
        case .missingServiceIsToldApart: try await missingServiceIsToldApart()
        case .deletedServiceStillLetsEndpointsClose: try await deletedServiceStillLetsEndpointsClose()
        case .publishingGivesOneUsableService: try await publishingGivesOneUsableService()
        case .publishedServiceServes: try await publishedServiceServes()
        case .unpublishingRemovesOursAlone: try await unpublishingRemovesOursAlone()
        case .networksComeWithRangesAndSubnets: try await networksComeWithRangesAndSubnets()
        case .throttlingIsClassed: try await errorsAreClassed(.throttled, as: .throttled)
        case .unavailabilityIsClassed: try await errorsAreClassed(.unavailable, as: .unavailable)
        case .denialIsClassed: try await errorsAreClassed(.denied, as: .denied)
        }
    }
}

extension CloudBackendContract.Promise {
    /// Whether the cloud has what the promise is about.
    public func concerns(_ provider: CloudProvider) -> Bool {
        switch (self, provider) {
        case (.globalAccessIsHonoured, .aws), (.refusalShows, .aws), (.roomTakenByAStrangerShows, .aws): false
        case (.furtherSubnetsGetAddresses, .gcp), (.securityGroupsAreHonoured, .gcp): false
        case (.privateDNSComesAfterAcceptance, .gcp), (.strangeZoneIsInvalid, .gcp): false
        // AWS lets in one endpoint by itself.
        case (.whoWaitsUninvitedGetsNoRoom, .aws), (.whoWaitsUninvitedDisturbsNobody, .aws): false
        case (.whoIsInvitedIsNoStranger, .aws): false
        // Google rejects an account, not an endpoint.
        case (.rejectingAgainSucceeds, .gcp): false
        default: true
        }
    }
}
