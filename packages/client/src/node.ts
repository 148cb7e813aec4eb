export { downloadArtifact, type DownloadOptions } from './download.js';
export { type TransferProgress, uploadCandidateFile, uploadModelFile, type UploadFileOptions } from './upload.js';
