//! What the page can say in its one line. The words are in `locales/`.

use super::storage::Trouble;
use crate::protocol::NoticeKind;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Message {
    /// From the engine.
    Engine(NoticeKind),
    /// A link with something in it that no page wrote.
    Link,
    /// WebGPU was asked for and this browser has none.
    NoWebGpu,
    /// The WebGPU engine did not come up or was lost; the CPU goes on.
    GpuFailed,
    /// The engine does not come up at all.
    EngineFailed,
    /// The engine stopped in mid-work and a new one goes on from the last state.
    EngineRestarted,
    /// A file of a shipped model could not be fetched or read.
    ModelMissing,
    /// No more handles fit.
    HandlesFull,
    /// A rectangle or a loop without a code in it.
    NothingSelected,
    /// A coordinate that is no number, or beyond the plane.
    NotAPlace,
    /// The view goes no deeper.
    Deepest,
    /// A class without codes to draw from.
    EmptyClass,
    /// A file that is no picture.
    NotAPicture,
    /// A picture without anything on it.
    BlankPicture,
    /// A file could not be written.
    NotSaved,
    /// The browser's storage takes nothing more, and why.
    Storage(Trouble),
    /// It takes no pictures, which are many bytes.
    PicturesNotKept,
    /// The browser does not promise to take nothing away by itself.
    NotLasting,
    /// A run of an earlier visit is of another version, or broken.
    RunUnreadable,
    /// A run goes on from an earlier moment: what came after is kept as another.
    Branched,
    /// A file that would take a running run's place.
    Running,
    /// A model file is on show, at rest; and one whose pictures are not here.
    Opened,
    OpenedBare,
    /// A session file is on show; and one whose run learnt from pictures that are not here.
    SessionOpened,
    SessionBare,
}

impl Message {
    /// Whether trying once more is worth a button.
    pub fn retry(self) -> bool {
        match self {
            Self::EngineFailed | Self::ModelMissing => true,
            Self::Engine(kind) => match kind {
                NoticeKind::WeightsUnreadable | NoticeKind::WeightsMismatch => true,
                NoticeKind::NotNow
                | NoticeKind::NoModel
                | NoticeKind::BadQuestion
                | NoticeKind::CheckpointUnreadable
                | NoticeKind::BadSpec
                | NoticeKind::NoData
                | NoticeKind::Diverged
                | NoticeKind::DeviceLost => false,
            },
            Self::Link
            | Self::NoWebGpu
            | Self::GpuFailed
            | Self::EngineRestarted
            | Self::HandlesFull
            | Self::NothingSelected
            | Self::NotAPlace
            | Self::Deepest
            | Self::EmptyClass
            | Self::NotAPicture
            | Self::BlankPicture
            | Self::NotSaved
            | Self::Storage(_)
            | Self::PicturesNotKept
            | Self::NotLasting
            | Self::RunUnreadable
            | Self::Branched
            | Self::Running
            | Self::Opened
            | Self::OpenedBare
            | Self::SessionOpened
            | Self::SessionBare => false,
        }
    }

    /// Whether it goes away by itself.
    pub fn passing(self) -> bool {
        matches!(
            self,
            Self::HandlesFull
                | Self::NothingSelected
                | Self::NotAPlace
                | Self::Deepest
                | Self::EmptyClass
                | Self::NotAPicture
                | Self::BlankPicture
                | Self::Branched
                | Self::Running
                | Self::Opened
                | Self::NotLasting
                | Self::SessionOpened
        )
    }
}
