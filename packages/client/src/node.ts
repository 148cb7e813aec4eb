export { downloadArtifact, type DownloadOptions } from './download.js';
export {
  type TransferProgress,
  uploadCandidateFile,
  type UploadFileOptions,
  uploadInputFile,
  uploadModelFile,
} from './upload.js';
