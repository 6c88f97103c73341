namespace Shoal.Engine;

/// <summary>What to believe about data that is on disk when a torrent is added.</summary>
public enum InitialCheck
{
    /// <summary>Take pieces from the resume journal if there is one, hash everything else that is there.</summary>
    Resume,

    /// <summary>Hash everything.</summary>
    Full,

    /// <summary>Take every file that has its full size as complete, unseen; wrong data is the user's word.</summary>
    Trust,
}
